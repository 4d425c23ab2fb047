using NanoLibp2p.NFUnitTest;

namespace System.IO
{
    /// <summary>What a store asks of System.IO's class of this name, on the <see cref="MemoryDisk"/>.</summary>
    internal sealed class FileStream : IDisposable
    {
        private readonly MemoryFile _file;
        private readonly bool _writes;
        private int _at;

        public FileStream(string path, FileMode mode, FileAccess access)
        {
            _file = mode == FileMode.Create ? MemoryDisk.Create(path) : MemoryDisk.Find(path);
            _writes = access == FileAccess.Write;
        }

        public long Length
        {
            get { return _file.Count; }
        }

        // in pieces, as a stream may
        public int Read(byte[] buffer, int offset, int count)
        {
            int part = _file.Count - _at;
            part = part < count ? part : count;
            part = part < 3 ? part : 3;
            Array.Copy(_file.Bytes, _at, buffer, offset, part);
            _at += part;
            return part;
        }

        public void Write(byte[] buffer, int offset, int count)
        {
            for (int i = 0; i < count && _writes; i++)
            {
                MemoryDisk.Spend();
                _file.Bytes[_file.Count++] = buffer[offset + i];
            }
        }

        public void Flush()
        {
            MemoryDisk.Spend();
        }

        public void Dispose()
        {
        }
    }
}
