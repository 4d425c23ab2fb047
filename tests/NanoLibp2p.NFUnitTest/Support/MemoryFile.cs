namespace NanoLibp2p.NFUnitTest
{
    /// <summary>A file of a <see cref="MemoryDisk"/>.</summary>
    internal sealed class MemoryFile
    {
        public readonly byte[] Bytes = new byte[128];

        public string Name;
        public int Count;
    }
}
