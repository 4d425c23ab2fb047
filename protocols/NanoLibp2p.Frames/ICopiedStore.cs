namespace NanoLibp2p.Frames
{
    /// <summary>
    /// A store that keeps more than one copy of each value, and gives an older one when the newest can't be read. A session's numbers may
    /// have been used beyond such a record (SPEC.md B, 7): it is resumed, never gone on with.
    /// </summary>
    public interface ICopiedStore
    {
        /// <summary>Whether what the last read gave may be older, by one write, than the last write that was said to have worked.</summary>
        bool IsOlder { get; }
    }
}
