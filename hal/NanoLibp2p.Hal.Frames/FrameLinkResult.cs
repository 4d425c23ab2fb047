namespace NanoLibp2p.Hal.Frames
{
    /// <summary>Why <see cref="IFrameLink.Send"/> took no frame, and the bounds of a link.</summary>
    public static class FrameLinkResult
    {
        /// <summary>One is on the air or waits to go out: try again after <see cref="IFrameLink.Poll"/>.</summary>
        public const int Busy = 0;

        /// <summary>The link is broken or not open; as <see cref="LinkResult.Failed"/>.</summary>
        public const int Failed = LinkResult.Failed;

        /// <summary>Held back by the duty cycle or by a pause between frames; <see cref="IFrameLink.WaitMs"/> tells how long.</summary>
        public const int HeldBack = -3;

        /// <summary>Empty, or longer than <see cref="IFrameLink.Mtu"/>.</summary>
        public const int TooLong = -4;

        /// <summary>The receive window that it was meant for is over, or was never one of this link's.</summary>
        public const int TooLate = -5;

        /// <summary>What a signal is that nobody measured.</summary>
        public const int NoSignal = -32768;

        /// <summary>An address has at most so many bytes.</summary>
        public const int MaxAddressBytes = 16;

        /// <summary>An origin has at most so many bytes.</summary>
        public const int MaxOriginBytes = 32;

        /// <summary>The longest that <see cref="IFrameLink.Poll"/> lets one wait.</summary>
        public const int IdleMs = 60000;
    }
}
