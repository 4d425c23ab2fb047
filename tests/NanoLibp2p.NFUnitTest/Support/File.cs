using NanoLibp2p.NFUnitTest;

namespace System.IO
{
    /// <summary>What a store asks of System.IO's class of this name, on the <see cref="MemoryDisk"/>.</summary>
    internal static class File
    {
        public static bool Exists(string path)
        {
            return MemoryDisk.Find(path) != null;
        }

        public static void Delete(string path)
        {
            MemoryDisk.Delete(path);
        }

        public static void Move(string sourceFileName, string destFileName)
        {
            MemoryDisk.Move(sourceFileName, destFileName);
        }
    }
}
