namespace NanoLibp2p.Frames
{
    /// <summary>The first byte of a frame's inner part, and what stands behind it (SPEC.md 8).</summary>
    public static class FrameInner
    {
        /// <summary>An acknowledgement follows, of <see cref="AckBytes"/>.</summary>
        public const int Acknowledges = 0x80;

        /// <summary>An answer is wanted.</summary>
        public const int Asks = 0x40;

        /// <summary>Bytes of an acknowledgement.</summary>
        public const int AckBytes = 4;

        /// <summary>Channel 0, sub 0: asks, polls, or only acknowledges.</summary>
        public const int Ping = 0;

        /// <summary>Channel 0, sub 1: the session is over; a reason follows.</summary>
        public const int Close = 1;

        /// <summary>Channel 0, sub 2: a code follows, and its argument.</summary>
        public const int Notice = 2;

        /// <summary>Channel 0, sub 3: gives a topic its short name.</summary>
        public const int Alias = 3;

        /// <summary>Channel 1: a reading.</summary>
        public const int Publish = 1 << 3;

        /// <summary>Channel 2: a reading once more.</summary>
        public const int Again = 2 << 3;

        /// <summary>Channel 3: a call.</summary>
        public const int Call = 3 << 3;

        /// <summary>Channel 4: a call's answer.</summary>
        public const int Answer = 4 << 3;

        /// <summary>The channel's bits of the first byte.</summary>
        public const int ChannelMask = 0x38;

        /// <summary>Channel and sub.</summary>
        public const int KindMask = 0x3F;

        /// <summary>In an acknowledgement: mail or a call waits.</summary>
        public const int MailWaits = 8;
    }
}
