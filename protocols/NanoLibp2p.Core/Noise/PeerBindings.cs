using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Noise
{
    /// <summary>
    /// Remembers which static Noise keys peers have proved to be theirs, so that a known peer with the same static key costs
    /// no signature verification. Only what was verified once is remembered; the oldest gives way.
    /// </summary>
    public class PeerBindings
    {
        // each entry: peer id, zero-padded, and static key
        private const int EntryBytes = PeerId.MaxBytes + CryptoProvider.KeyBytes;

        private readonly byte[] _entries;
        private readonly int _capacity;
        private int _count;
        private int _next;

        /// <summary>Makes room for <paramref name="capacity"/> peers, 76 bytes each.</summary>
        public PeerBindings(int capacity)
        {
            _capacity = capacity;
            _entries = new byte[capacity * EntryBytes];
        }

        /// <summary>True when this peer id has proved this static key before.</summary>
        public virtual bool Contains(byte[] peerId, int peerIdCount, byte[] staticKey)
        {
            for (int i = 0; i < _count; i++)
            {
                int at = i * EntryBytes;
                if (Bytes.Equal(_entries, at + PeerId.MaxBytes, staticKey, 0, CryptoProvider.KeyBytes)
                    && Bytes.Equal(_entries, at, peerId, 0, peerIdCount))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>Remembers a static key whose signature was just verified.</summary>
        public virtual void Add(byte[] peerId, int peerIdCount, byte[] staticKey)
        {
            if (_capacity == 0)
            {
                return;
            }

            int at = _next * EntryBytes;
            Array.Clear(_entries, at, EntryBytes);
            Array.Copy(peerId, 0, _entries, at, peerIdCount);
            Array.Copy(staticKey, 0, _entries, at + PeerId.MaxBytes, CryptoProvider.KeyBytes);
            _next = (_next + 1) % _capacity;
            if (_count < _capacity)
            {
                _count++;
            }
        }
    }
}
