namespace NanoLibp2p.Hal.Frames
{
    /// <summary>
    /// A driver's channel of small frames: LoRa, BLE, IEEE 802.15.4, a serial line, UDP. A frame arrives whole or not at all (the driver
    /// checks a CRC or a length), and may be lost, repeated and reordered. No call waits but <see cref="Wait"/>; nothing is thrown, and on
    /// a device nothing is allocated after <see cref="Open"/>.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Open > { Poll > Receive until 0 > Send > Wait } > Close
    /// </code>
    /// One thread at a time. Source: frame sessions (protocols/NanoLibp2p.Frames/SPEC.md), sections 2, 13, 14.
    /// </remarks>
    public interface IFrameLink
    {
        /// <summary>The longest frame in bytes, 64 to 1,500.</summary>
        int Mtu { get; }

        /// <summary>Whether a frame tells who sent it, so that two ends are two addresses; false on LoRa.</summary>
        bool HasAddresses { get; }

        /// <summary>Whether the rate of the link is bounded by the air, for everybody: only there tags may be short (SPEC.md
        /// 4.3).</summary>
        bool IsBoundedByAir { get; }

        /// <summary>Milliseconds after the end of a frame of ours by which its answer, if there is one, was received to its end: the
        /// receive window, or how long it is worth waiting.</summary>
        int AnswerMs { get; }

        /// <summary>The signal of the frame that was received last, in dBm; <see cref="FrameLinkResult.NoSignal"/> when not
        /// known.</summary>
        int RssiDbm { get; }

        /// <summary>Its signal-to-noise ratio in quarters of a dB; <see cref="FrameLinkResult.NoSignal"/> when not known.</summary>
        int SnrQuarterDb { get; }

        /// <summary>Opens, or opens again after <see cref="Close"/> or a failure.</summary>
        /// <returns><see cref="LinkError.None"/>, or why it can't.</returns>
        LinkError Open();

        /// <summary>How long a frame of <paramref name="count"/> bytes is on the air, from the radio's real settings, in
        /// microseconds.</summary>
        /// <returns>0 where the rate is not bounded by anything that counts, as on UDP.</returns>
        int TimeOnAirUs(int count);

        /// <summary>How long until a frame of that length may go out: the duty cycle, or a pause between frames.</summary>
        /// <param name="count">Its bytes.</param>
        /// <param name="isUrgent">Whether it may use what is kept for acknowledgements, resumptions and handshakes (SPEC.md 13.2).</param>
        /// <returns>Milliseconds, 0 for now; it does not count a frame that is on the air.</returns>
        int WaitMs(int count, bool isUrgent);

        /// <summary>
        /// Takes a frame to send. The buffer is the caller's again when the call returns. A frame that was taken goes out whole, once, as
        /// far as the driver can tell; on a link with receive windows it goes out in the one that <paramref name="to"/> names.
        /// </summary>
        /// <param name="frame">Has the frame.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes, 1 to <see cref="Mtu"/>.</param>
        /// <param name="to">Has what <see cref="CopyOrigin"/> told of the frame that is answered; null for the far end of the link, or
        /// whoever hears it.</param>
        /// <param name="toCount">Bytes of it, from 0 on.</param>
        /// <param name="isUrgent">As in <see cref="WaitMs"/>.</param>
        /// <returns><paramref name="count"/> when it was taken; else 0 or less: a <see cref="FrameLinkResult"/>, and nothing was
        /// sent.</returns>
        int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent);

        /// <summary>Copies the next frame into the caller's buffer. One that exceeds the room is dropped whole.</summary>
        /// <returns>Its bytes; 0 when none waits; <see cref="LinkResult.Failed"/> when the link is broken or not open.</returns>
        int Receive(byte[] buffer, int offset, int capacity);

        /// <summary>Who sent the frame that was received last: 4 or 16 bytes of an IP address without the port, a radio's
        /// address.</summary>
        /// <returns>Bytes written, at most <see cref="FrameLinkResult.MaxAddressBytes"/>; 0 where <see cref="HasAddresses"/> is
        /// false.</returns>
        int CopyAddress(byte[] buffer, int offset);

        /// <summary>What <see cref="Send"/> needs to answer the frame that was received last: where it came from, and when. The driver's
        /// own bytes.</summary>
        /// <returns>Bytes written, at most <see cref="FrameLinkResult.MaxOriginBytes"/>; 0 where an answer needs none.</returns>
        int CopyOrigin(byte[] buffer, int offset);

        /// <summary>Lets time pass: windows open and close, what is due goes out, the chip is looked at.</summary>
        /// <param name="nowMs">The board's clock.</param>
        /// <returns>Milliseconds after which it wants to be called again, at most <see cref="FrameLinkResult.IdleMs"/>.</returns>
        int Poll(long nowMs);

        /// <summary>Sleeps until a frame arrives, but no longer than <paramref name="milliseconds"/>. It may return early.</summary>
        void Wait(int milliseconds);

        /// <summary>Ends the link and gives its resources back; frames that wait are lost. What was used of the duty cycle stays
        /// known.</summary>
        void Close();
    }
}
