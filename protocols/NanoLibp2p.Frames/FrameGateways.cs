using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// The gateways that a device talks to (SPEC.md 3.1): peer id, static key and the highest index seen of each. One value in the board's
    /// store, replaced whole.
    /// </summary>
    public sealed class FrameGateways
    {
        /// <summary>Gateways, at most.</summary>
        public const int Capacity = 4;

        /// <summary>The value's name in the board's store.</summary>
        public const string Name = "frame-gateways";

        // version; then index 1, Ed25519 key 32, static key 32 of each
        private const int EntryBytes = 65;
        private const byte Version = 1;

        private readonly byte[] _raw;
        private readonly int _capacity;
        private readonly IStore _store;
        private int _count;

        /// <summary>Takes its memory; <see cref="Load"/> reads.</summary>
        /// <param name="store">The board's store.</param>
        /// <param name="capacity">Gateways, at most <see cref="Capacity"/>.</param>
        public FrameGateways(IStore store, int capacity)
        {
            _raw = new byte[1 + (capacity * EntryBytes)];
            _capacity = capacity;
            _store = store;
        }

        /// <summary>How many there are.</summary>
        public int Count
        {
            get { return _count; }
        }

        /// <summary>Reads the store; what can't be read is as no gateway.</summary>
        public void Load()
        {
            int count = _store.Read(Name, _raw, 0, _raw.Length);
            _count = 0;
            if (count >= 1 && (count - 1) % EntryBytes == 0 && _raw[0] == Version)
            {
                _count = (count - 1) / EntryBytes;
            }
        }

        /// <summary>The peer id of a gateway, made anew each time: once an opening, and a session keeps its own.</summary>
        public PeerId Id(int gateway)
        {
            return PeerId.FromEd25519(_raw, At(gateway) + 1);
        }

        /// <summary>Copies the static key of a gateway, 32 bytes.</summary>
        public void CopyStaticKey(int gateway, byte[] to)
        {
            Array.Copy(_raw, At(gateway) + 33, to, 0, CryptoProvider.KeyBytes);
        }

        /// <summary>Which gateway a card is of.</summary>
        /// <returns>Its place; -1 for none of them.</returns>
        public int Find(byte[] card)
        {
            for (int i = 0; i < _count; i++)
            {
                if (Bytes.Equal(_raw, At(i) + 1, card, FrameCard.KeyAt + 4, CryptoProvider.KeyBytes))
                {
                    return i;
                }
            }

            return -1;
        }

        /// <summary>Whether a card may take the place of what is known: its index is higher, or it is the same.</summary>
        public bool MayTake(int gateway, byte[] card, byte[] staticKey)
        {
            int at = At(gateway);
            return card[0] > _raw[at] || (card[0] == _raw[at] && Bytes.Equal(_raw, at + 33, staticKey, 0, CryptoProvider.KeyBytes));
        }

        /// <summary>Adds a gateway, or takes its newer card.</summary>
        /// <param name="card">Its card, <see cref="FrameCard.CardBytes"/> long, verified by the caller.</param>
        /// <param name="staticKey">The static key that the card signs, 32 bytes.</param>
        /// <returns>Its place; -1 when the list is full, the card is older than one that was seen, or the store takes nothing.</returns>
        public int Add(byte[] card, byte[] staticKey)
        {
            int place = Find(card);
            if (place >= 0 ? !MayTake(place, card, staticKey) : _count == _capacity)
            {
                return -1;
            }

            bool isNew = place < 0;
            place = isNew ? _count : place;
            int at = At(place);
            if (!isNew && card[0] == _raw[at])
            {
                return place;
            }

            _raw[0] = Version;
            _raw[at] = card[0];
            Array.Copy(card, FrameCard.KeyAt + 4, _raw, at + 1, CryptoProvider.KeyBytes);
            Array.Copy(staticKey, 0, _raw, at + 33, CryptoProvider.KeyBytes);
            if (!_store.Write(Name, _raw, 0, At(isNew ? _count + 1 : _count)))
            {
                Load();
                return -1;
            }

            if (isNew)
            {
                _count++;
            }

            return place;
        }

        private static int At(int gateway)
        {
            return 1 + (gateway * EntryBytes);
        }
    }
}
