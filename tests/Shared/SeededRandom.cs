#nullable disable

using NanoLibp2p.Hal;

namespace NanoLibp2p.Tests
{
    /// <summary>Bytes from a seed: for tests that must come out the same again, never for keys that matter.</summary>
    internal sealed class SeededRandom : IRandom
    {
        private uint _state;

        public SeededRandom(uint seed)
        {
            _state = (seed + 1u) * 2654435761u;
        }

        public uint Next()
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return _state;
        }

        public void Fill(byte[] buffer, int offset, int count)
        {
            for (int i = 0; i < count; i++)
            {
                buffer[offset + i] = (byte)(Next() >> 11);
            }
        }
    }
}
