namespace NanoLibp2p.Hal
{
    /// <summary>A board's source of random bytes that are good enough for keys.</summary>
    public interface IRandom
    {
        /// <summary>Fills <paramref name="count"/> bytes of the caller's buffer.</summary>
        void Fill(byte[] buffer, int offset, int count);
    }
}
