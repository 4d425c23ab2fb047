namespace NanoLibp2p.Hal.Ieee802154
{
    /// <summary>The serial line to a radio: bytes both ways, some of them damaged or lost. No call waits but <see cref="Wait"/>.</summary>
    public interface IRadioLine
    {
        /// <summary>Opens, or opens again; a line that is open is closed first.</summary>
        /// <returns><see cref="LinkError.None"/>, or why it can't.</returns>
        LinkError Open();

        /// <summary>Copies what has arrived into the caller's buffer.</summary>
        /// <returns>Bytes, 0 when nothing waits, <see cref="LinkResult.Failed"/> when the line broke or is not open.</returns>
        int Read(byte[] buffer, int offset, int count);

        /// <summary>Takes bytes to send.</summary>
        /// <returns>Bytes taken, 0 to <paramref name="count"/>, or <see cref="LinkResult.Failed"/>.</returns>
        int Write(byte[] buffer, int offset, int count);

        /// <summary>Sleeps until bytes arrive, but no longer than <paramref name="milliseconds"/>; may return early.</summary>
        void Wait(int milliseconds);

        /// <summary>Gives its resources back.</summary>
        void Close();
    }
}
