namespace NanoLibp2p.Frames
{
    /// <summary>Counts the airtime of a <see cref="FrameNode"/> whose link does not: <c>FrameLedger</c> of NanoLibp2p.Frames.Airtime. The
    /// node calls it; one serves one node.</summary>
    public interface IFrameAirtime
    {
        /// <summary>Begins with what the record says, which is loaded.</summary>
        /// <param name="record">Has the buckets; written by the calls below.</param>
        /// <param name="now">The time, in milliseconds.</param>
        /// <param name="sleptMs">How long a timed sleep was, less a twentieth; -1 for any other start: all counts as used this
        /// moment.</param>
        /// <param name="clock">Unix seconds now, by which buckets begin and end.</param>
        void Start(FrameRecord record, long now, long sleptMs, uint clock);

        /// <summary>Counts airtime that a lost record may have had, after <see cref="Start"/>.</summary>
        /// <param name="airMs">As much as one write covers.</param>
        void Add(int airMs);

        /// <summary>The clock was set. Buckets end by it from now on, and none of them earlier than it would have.</summary>
        void Realign(long now, uint clock);

        /// <summary>How long a frame has to wait.</summary>
        /// <param name="airMs">Its time on air.</param>
        /// <param name="isUrgent">Whether the last tenth of the hour is for it, too (SPEC.md 13.2).</param>
        /// <param name="isOpening">Whether it opens or resumes a session, for which there is a quarter.</param>
        /// <param name="now">The time, in milliseconds.</param>
        /// <returns>Milliseconds; 0 when it may go; <see cref="int.MaxValue"/> when it is too long for any hour.</returns>
        int WaitMs(int airMs, bool isUrgent, bool isOpening, long now);

        /// <summary>Counts a frame that is about to be sent, and stores what is not covered yet (W5).</summary>
        /// <param name="airMs">Its time on air.</param>
        /// <param name="isOpening">Whether the quarter for openings is charged.</param>
        /// <param name="spareMs">What a write covers ahead.</param>
        /// <param name="now">The time, in milliseconds.</param>
        /// <returns>False when the store takes nothing: the frame must not be sent.</returns>
        bool Charge(int airMs, bool isOpening, int spareMs, long now);
    }
}
