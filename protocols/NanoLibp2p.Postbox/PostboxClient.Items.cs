using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox
{
    // Items: opened block by block, judged by the steps of SPEC.md 6, stored, handed on.
    public sealed partial class PostboxClient
    {
        private const int MostUnreadable = 4;

        // how far the clock of a sender may be ahead
        internal const uint AheadSeconds = 600;

        // The item that is being received: its name, or 0; its bytes; where the block begins that is read next, before which all is opened.
        // While that is above 0 the item can be resumed: the cipher has its keys, the store its blocks.
        private ulong _item;
        private int _size;
        private int _start;
        private int _fill;

        // whether the rest of the piece is passed over
        private bool _skips;

        // items of this sync that stay at the gateway, and that could not be opened
        private int _left;
        private int _unreadable;

        /// <summary>
        /// Has the cipher for something else: an item half received begins anew, since its keys go.
        /// </summary>
        /// <returns>False while one is coming.</returns>
        internal bool TakeCipher()
        {
            if (IsBusy && _item != 0)
            {
                return false;
            }

            _item = 0;
            _start = 0;
            return true;
        }

        // whether a piece's bytes are read
        private bool BeginBytes()
        {
            uint size = Told[PieceSize];
            uint offset = Told[PieceOffset];
            _fill = 0;
            _skips = size == 0 || size > (uint)Options.MaxItemBytes || _unreadable >= MostUnreadable || Table.IsPending(_gateway, _name)
                || !Table.MayAcknowledge(_gateway);
            if (_asked == AskFetch)
            {
                _skips |= _name != _item || offset != (uint)_start || (_start > 0 && size != (uint)_size);
            }
            else
            {
                _skips |= offset != 0;
            }

            if (_skips)
            {
                return false;
            }

            if (offset == 0)
            {
                _item = _name;
                _start = 0;
                _size = 0 | (int)size;
            }

            return true;
        }

        private void TakeBytes(byte[] buffer, int offset, int count)
        {
            while (count > 0 && !_skips)
            {
                int block = _size - _start;
                int most = _start == 0 ? ItemCipher.FirstBytes : ItemCipher.ChunkBytes;
                block = block < most ? block : most;
                int take = block - _fill < count ? block - _fill : count;
                Array.Copy(buffer, offset, Table.Data, Table.Block + _fill, take);
                _fill += take;
                offset += take;
                count -= take;
                if (_fill == block)
                {
                    Decide(TakeBlock(block), block);
                    _fill = 0;
                }
            }
        }

        private void Decide(int outcome, int block)
        {
            if (outcome == Outcome.Undecided)
            {
                _start += block;
                return;
            }

            if (outcome == Outcome.StoreFailed)
            {
                End(PostboxResult.StoreFailed);
            }
            else if (outcome == Outcome.Left)
            {
                _left++;
            }
            else if (outcome != Outcome.HandedOn)
            {
                _unreadable += outcome == Outcome.NotReadable ? 1 : 0;
                Table.Acknowledge(_gateway, _item, outcome, Cipher,
                    outcome == Outcome.NotWanted || outcome == Outcome.TooLate ? _mail.ProofKeyOffset : 0);
            }

            _item = 0;
            _start = 0;
            _skips = true;
        }

        // A block is whole: steps a to g.
        private int TakeBlock(int count)
        {
            byte[] data = Table.Data;
            int block = Table.Block;
            if (_start > 0)
            {
                int index = (_start - ItemCipher.FirstBytes) / ItemCipher.ChunkBytes;
                if (!Cipher.ReadChunk(index, data, block, count))
                {
                    return Outcome.NotReadable;
                }

                if (!_store.Write(_names[index + 1], data, block, count - CryptoProvider.TagBytes))
                {
                    return Outcome.StoreFailed;
                }

                if (_start + count < _size)
                {
                    return Outcome.Undecided;
                }

                // the first block comes back, for its header
                return _store.Read(_names[0], data, block, ItemCipher.FirstBytes) > 0 && ReadHeader(ItemCipher.BlockBytes, PlainBytes)
                    ? Keep(index + 2, 0)
                    : Outcome.StoreFailed;
            }

            if (count > ItemCipher.TagOffset + 8 && Table.Contains(Bytes.ReadUInt64LittleEndian(data, block + ItemCipher.TagOffset)))
            {
                return Outcome.Stored;
            }

            int rest = (_size - ItemCipher.HeadBytes) % ItemCipher.ChunkBytes;
            if (_size < ItemCipher.LeastBytes || (rest > 0 && rest <= CryptoProvider.TagBytes) || data[block] != 1 || !OpenFirst(count))
            {
                return Outcome.NotReadable;
            }

            int plain = count - ItemCipher.HeadBytes - CryptoProvider.TagBytes;
            if (!ReadHeader(plain, PlainBytes))
            {
                return Outcome.NotReadable;
            }

            _mail.Count = 0;
            _mail.BodyOffset = 0;
            if (!Events.Wants(this, _mail))
            {
                return Outcome.NotWanted;
            }

            int late = JudgeTime();
            if (late != Outcome.Undecided)
            {
                return late;
            }

            if (count == _size)
            {
                return Keep(0, ItemCipher.HeadBytes + plain);
            }

            return _store.Write(_names[0], data, block, ItemCipher.HeadBytes + plain) ? Outcome.Undecided : Outcome.StoreFailed;
        }

        private int PlainBytes
        {
            get
            {
                int rest = _size - ItemCipher.HeadBytes;
                return rest - (CryptoProvider.TagBytes * ((rest + ItemCipher.ChunkBytes - 1) / ItemCipher.ChunkBytes));
            }
        }

        private bool OpenFirst(int count)
        {
            byte[] data = Table.Data;
            int number = data[Table.Block + 1];
            int key = ItemCipher.Own;
            if (number != 0)
            {
                if (!DerivePrekey(number))
                {
                    return false;
                }

                key = ItemCipher.Prekey;
            }

            // a public key stands behind its private one
            Cipher.Begin(number, Cipher.State, ItemCipher.OwnId, Cipher.State, key + 32);
            bool opens = Cipher.Read(data, Table.Block, count - ItemCipher.HeadBytes, key);
            Array.Clear(Cipher.State, ItemCipher.Prekey, 64);
            return opens;
        }

        // Header and sender of the first block, which lies open in the block's memory.
        private bool ReadHeader(int plain, int total)
        {
            int block = Table.Block;
            int sign = _mail.Read(Table.Data, block + ItemCipher.HeadBytes, plain, total);
            Array.Copy(Cipher.State, ItemCipher.OwnId, _mail.Sender, 0, 6);
            _mail.TagOffset = block + ItemCipher.TagOffset;
            return sign >= 0 && Cipher.Map.ToEd25519(Table.Data, block + 34, sign, _mail.Sender, 6);
        }

        // step c, its clock, and step d
        private int JudgeTime()
        {
            uint now = Events.UnixSeconds();
            uint late = Table.Time(OnceTable.Late);
            ulong until = (ulong)_mail.Sent + _mail.Lifetime;
            if (now > until || late > until)
            {
                if (now > late)
                {
                    Table.SetTime(OnceTable.Late, now);
                }

                return Outcome.TooLate;
            }

            if (now != 0 && _mail.Sent > (ulong)now + AheadSeconds)
            {
                return Outcome.Left;
            }

            return Table.IsLate(_mail.Sent, Table.ClassOf(MarkOf(-1)), Subject()) ? Outcome.TooLate : Outcome.Undecided;
        }

        // Steps f and g, and h: as one block of so many bytes, or as so many values of the store.
        private int Keep(int pieces, int bytes)
        {
            ulong tag = Bytes.ReadUInt64LittleEndian(Table.Data, _mail.TagOffset);
            uint mark = MarkOf(-1);
            int which = Table.ClassOf(mark);
            int subject = Subject();
            if (Table.Contains(tag))
            {
                return Outcome.Stored;
            }

            // what was received before a break may have become late
            if (Table.IsLate(_mail.Sent, which, subject) || !Table.MakeRoom(_mail.Sent, which))
            {
                return Outcome.TooLate;
            }

            Table.Add(tag, _mail.Sent, mark, subject);
            Table.Acknowledge(_gateway, _item, Outcome.Stored, Cipher, _mail.ProofKeyOffset);
            Table.BlockBytes = bytes;
            Table.Data[OnceTable.Pieces] = (byte)pieces;
            if (!Table.Save())
            {
                return Outcome.StoreFailed;
            }

            HandOn(false);
            return Outcome.HandedOn;
        }

        // what the last start had stored and not handed on
        internal void HandOnStored()
        {
            if (Table.BlockBytes > 0 || Table.Data[OnceTable.Pieces] > 0)
            {
                HandOn(true);
            }
        }

        private void HandOn(bool seenBefore)
        {
            byte[] data = Table.Data;
            int block = Table.Block;
            int pieces = data[OnceTable.Pieces];
            int total = Table.BlockBytes - ItemCipher.HeadBytes;
            if (pieces > _names.Length)
            {
                // of longer items than are taken now
                pieces = 0;
                total = 0;
            }
            else if (pieces > 0)
            {
                total = ItemCipher.BlockBytes * (pieces - 1);
                total += _store.Read(_names[pieces - 1], data, block, ItemCipher.FirstBytes);
            }

            _mail.SeenBefore = seenBefore;
            for (int i = 0; i == 0 || i < pieces; i++)
            {
                if (pieces > 0 && _store.Read(_names[i], data, block, ItemCipher.FirstBytes) < 0)
                {
                    break;
                }

                int begin = i * ItemCipher.BlockBytes;
                if (i == 0)
                {
                    if (!ReadHeader(total < ItemCipher.BlockBytes ? total : ItemCipher.BlockBytes, total))
                    {
                        break;
                    }

                    _mail.BodyOffset = 0;
                    _mail.Offset = block + ItemCipher.HeadBytes + _mail.HeadBytes;
                }
                else
                {
                    _mail.BodyOffset = begin - _mail.HeadBytes;
                    _mail.Offset = block;
                    _mail.SubjectCount = 0;
                }

                // up to the block's end or the body's
                int left = _mail.BodyBytes - _mail.BodyOffset;
                int most = i == 0 ? ItemCipher.BlockBytes - _mail.HeadBytes : ItemCipher.BlockBytes;
                _mail.Count = left < most ? left : most;
                if (_mail.Count > 0 || i == 0)
                {
                    Events.OnMail(this, _mail);
                }
            }

            Table.BlockBytes = 0;
            data[OnceTable.Pieces] = 0;
            Table.IsDirty = true;
        }

        // The mark of a sender, whose X25519 key stands in the cipher's state, or for -1 in the block.
        private uint MarkOf(int key)
        {
            CryptoProvider crypto = Node.Crypto;
            crypto.Sha256Start();
            crypto.Sha256Update(Table.Data, OnceTable.Secret, OnceTable.SecretBytes);
            crypto.Sha256Update(key < 0 ? Table.Data : Cipher.State, key < 0 ? Table.Block + 34 : key, 32);
            crypto.Sha256Finish(Cipher.State, ItemCipher.Scratch);
            return Bytes.ReadUInt32LittleEndian(Cipher.State, ItemCipher.Scratch);
        }

        private uint HashOf(byte[] bytes, int offset, int count)
        {
            CryptoProvider crypto = Node.Crypto;
            crypto.Sha256Start();
            crypto.Sha256Update(bytes, offset, count);
            crypto.Sha256Finish(Cipher.State, ItemCipher.Scratch);
            return Bytes.ReadUInt32LittleEndian(Cipher.State, ItemCipher.Scratch);
        }

        // the place of the mail's subject among those of which only the latest counts; -1 for others
        private int Subject()
        {
            return _mail.IsLatest && _mail.SubjectCount > 0
                ? Table.FindSubject(HashOf(Table.Data, _mail.SubjectOffset, _mail.SubjectCount))
                : -1;
        }

        // a peer's id, and its X25519 key, to the cipher's state
        internal bool MapTo(PeerId peer)
        {
            byte[] state = Cipher.State;
            return peer.Length == ItemCipher.IdBytes && peer.CopyTo(state, ItemCipher.ToId) > 0
                && Bytes.Equal(state, ItemCipher.ToId, state, ItemCipher.OwnId, 6)
                && Cipher.Map.ToX25519(state, ItemCipher.ToId + 6, state, ItemCipher.To);
        }

        // The next prekey of a chain: what the HMAC of its secret and a word gives (SPEC.md 5.5).
        private void Derive(byte[] from, int offset, byte a, byte b, byte c, byte d, int count, byte[] to, int toOffset)
        {
            byte[] state = Cipher.State;
            state[ItemCipher.Scratch] = a;
            state[ItemCipher.Scratch + 1] = b;
            state[ItemCipher.Scratch + 2] = c;
            state[ItemCipher.Scratch + 3] = d;
            Node.Crypto.HmacSha256(from, offset, 32, state, ItemCipher.Scratch, count, to, toOffset);
        }

        internal void DeriveNext(byte[] from, int offset, byte[] to, int toOffset)
        {
            Derive(from, offset, (byte)'n', (byte)'e', (byte)'x', (byte)'t', 4, to, toOffset);
        }

        // How many numbers lie between two, 1 following 255.
        internal static int Steps(int from, int to)
        {
            return (to + 255 - from) % 255;
        }

        // A prekey of ours, private and public, to the cipher's state; false when its number is forgotten or was never given.
        internal bool DerivePrekey(int number)
        {
            byte[] data = Table.Data;
            byte[] state = Cipher.State;
            int oldest = data[OnceTable.Oldest];
            int steps = Steps(oldest, number);
            if (oldest == 0 || steps > Steps(oldest, data[OnceTable.Newest]))
            {
                return false;
            }

            Array.Copy(data, OnceTable.Chain, state, ItemCipher.Prekey, 32);
            while (steps-- > 0)
            {
                DeriveNext(state, ItemCipher.Prekey, state, ItemCipher.Prekey);
            }

            Derive(state, ItemCipher.Prekey, (byte)'k', (byte)'e', (byte)'y', 0, 3, state, ItemCipher.Prekey);
            Node.Crypto.X25519Base(state, ItemCipher.Prekey, state, ItemCipher.PrekeyPublic);
            return true;
        }
    }
}
