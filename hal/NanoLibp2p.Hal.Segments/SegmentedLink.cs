using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Segments
{
    /// <summary>What links have in common that cut frames into packets of a radio which shares the air by itself: 244 bytes, no bound by
    /// air, no pauses, no signal that is told (SPEC.md 2, 14).</summary>
    public abstract class SegmentedLink : IFrameLink
    {
        /// <summary>The longest frame (SPEC.md 14).</summary>
        public const int FrameMtu = 244;

        /// <inheritdoc/>
        public int Mtu
        {
            get { return FrameMtu; }
        }

        /// <inheritdoc/>
        public abstract bool HasAddresses { get; }

        /// <inheritdoc/>
        public bool IsBoundedByAir
        {
            get { return false; }
        }

        /// <inheritdoc/>
        public abstract int AnswerMs { get; }

        /// <inheritdoc/>
        public int RssiDbm
        {
            get { return FrameLinkResult.NoSignal; }
        }

        /// <inheritdoc/>
        public int SnrQuarterDb
        {
            get { return FrameLinkResult.NoSignal; }
        }

        /// <summary>Whether it was opened, and is not broken.</summary>
        protected bool IsOpen { get; set; }

        /// <inheritdoc/>
        public LinkError Open()
        {
            Close();
            LinkError error = OpenChannel();
            IsOpen = error == LinkError.None;
            return error;
        }

        /// <inheritdoc/>
        public abstract int TimeOnAirUs(int count);

        /// <summary>0: the radio waits for a free channel by itself.</summary>
        public int WaitMs(int count, bool isUrgent)
        {
            return 0;
        }

        /// <inheritdoc/>
        public abstract int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent);

        /// <inheritdoc/>
        public abstract int Receive(byte[] buffer, int offset, int capacity);

        /// <inheritdoc/>
        public abstract int CopyAddress(byte[] buffer, int offset);

        /// <summary>The address: an answer goes back to it.</summary>
        public int CopyOrigin(byte[] buffer, int offset)
        {
            return CopyAddress(buffer, offset);
        }

        /// <inheritdoc/>
        public abstract int Poll(long nowMs);

        /// <inheritdoc/>
        public abstract void Wait(int milliseconds);

        /// <inheritdoc/>
        public abstract void Close();

        /// <summary>Opens what is under the link.</summary>
        protected abstract LinkError OpenChannel();

        /// <summary>Why a frame can't be taken, whatever it is.</summary>
        /// <returns>0 when it may be; else a <see cref="FrameLinkResult"/>.</returns>
        protected int Refuses(int count)
        {
            return count < 1 || count > FrameMtu ? FrameLinkResult.TooLong : IsOpen ? 0 : FrameLinkResult.Failed;
        }
    }
}
