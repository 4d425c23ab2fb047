namespace NanoLibp2p.Frames
{
    /// <summary>What a <see cref="FrameNode"/> is doing (SPEC.md 12.1).</summary>
    public static class FrameState
    {
        /// <summary>No gateway is remembered: it may be met, where the settings say so.</summary>
        public const int None = 0;

        /// <summary>A gateway is remembered, and there is no session.</summary>
        public const int Known = 1;

        /// <summary>A session is being opened, and there is no other.</summary>
        public const int Opening = 2;

        /// <summary>Data passes. A new session may be in the making beside it.</summary>
        public const int Open = 3;

        /// <summary>The session is being resumed, and is not used until then.</summary>
        public const int Resuming = 4;

        /// <summary>The gateway has been silent for long: it is asked ever more slowly.</summary>
        public const int Doubt = 5;
    }
}
