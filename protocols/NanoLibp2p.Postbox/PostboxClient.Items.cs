using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox
{
    // Items: opened block by block, judged by the steps of SPEC.md 6, stored, handed on.
    public sealed partial class PostboxClient
    {
        internal const int MostUnreadable = 4;

        // how far the clock of a sender may be ahead
        internal const uint AheadSeconds = 600;

        // The item that is being received: its name, or 0; its bytes; where the block begins that is read next, before which all is opened.
        // While that is above 0 the item can be resumed: the cipher has its keys, the store its blocks.
        internal ulong Item;
        internal int Size;
        internal int Start;

        // bytes of that block; -1 when the rest of the piece is passed over
        internal int Fill;

        // items of this sync that stay at the gateway, as many of them as the last request passed over, and those that could not be opened
        internal int Left;
        private int _passed;
        internal int Unreadable;

        /// <summary>
        /// Has the cipher for something else: an item half received begins anew, since its keys go.
        /// </summary>
        /// <returns>False while one is coming.</returns>
        internal bool TakeCipher()
        {
            HandOnStored();
            if (IsBusy && Item != 0)
            {
                return false;
            }

            Item = 0;
            return true;
        }

        // whether a piece's bytes are read
        private bool BeginBytes()
        {
            uint size = Told[PieceSize];
            uint offset = Told[PieceOffset];
            bool skips = size == 0 || size > (uint)Options.MaxItemBytes || Unreadable >= MostUnreadable
                || Table.CountPending(Gateway, Name) > 0 || !Table.MayAcknowledge(Gateway);
            if (Asked == AskFetch)
            {
                skips |= Name != Item || offset != (uint)Start || (Start > 0 && size != (uint)Size);
            }
            else
            {
                skips |= offset != 0;
            }

            Fill = skips ? -1 : 0;
            if (skips)
            {
                return false;
            }

            if (offset == 0)
            {
                Item = Name;
                Start = 0;
                Size = 0 | (int)size;
            }

            return true;
        }

        internal void TakeBytes(byte[] buffer, int offset, int count)
        {
            while (count > 0 && Fill >= 0)
            {
                int block = Size - Start;
                int most = Start == 0 ? ItemCipher.FirstBytes : ItemCipher.ChunkBytes;
                block = block < most ? block : most;
                int take = block - Fill < count ? block - Fill : count;
                Array.Copy(buffer, offset, Table.Data, Table.Block + Fill, take);
                Fill += take;
                offset += take;
                count -= take;
                if (Fill == block)
                {
                    Fill = 0;
                    Decide(TakeBlock(block), block);
                }
            }
        }

        private void Decide(int outcome, int block)
        {
            if (outcome == OnceTable.Undecided)
            {
                Start += block;
                return;
            }

            if (outcome == OnceTable.StoreFailed)
            {
                End(PostboxResult.StoreFailed);
            }
            else if (outcome == OnceTable.Left)
            {
                Left++;
            }
            else if (outcome != OnceTable.HandedOn)
            {
                Unreadable += outcome == OnceTable.NotReadable ? 1 : 0;
                Table.Acknowledge(Gateway, Item, outcome, Cipher,
                    outcome == OnceTable.NotWanted || outcome == OnceTable.TooLate ? _mail.ProofKeyOffset : 0);
            }

            Item = 0;
            Start = 0;
            Fill = -1;
        }

        // A block is whole: steps a to g.
        private int TakeBlock(int count)
        {
            byte[] data = Table.Data;
            int block = Table.Block;
            if (Start > 0)
            {
                int index = (Start - ItemCipher.FirstBytes) / ItemCipher.ChunkBytes;
                if (!Cipher.ReadChunk(index, data, block, count))
                {
                    return OnceTable.NotReadable;
                }

                if (!Table.Store.Write(_names[index + 1], data, block, count - CryptoProvider.TagBytes))
                {
                    return OnceTable.StoreFailed;
                }

                if (Start + count < Size)
                {
                    return OnceTable.Undecided;
                }

                // the first block comes back, for its header
                return Table.Store.Read(_names[0], data, block, ItemCipher.FirstBytes) > 0 && ReadHeader(ItemCipher.BlockBytes, PlainBytes)
                    ? Keep(index + 2, 0)
                    : OnceTable.StoreFailed;
            }

            if (Table.Contains(Bytes.ReadUInt64LittleEndian(data, block + ItemCipher.TagOffset)))
            {
                return OnceTable.Stored;
            }

            int rest = (Size - ItemCipher.HeadBytes) % ItemCipher.ChunkBytes;
            if (Size < ItemCipher.LeastBytes || (rest > 0 && rest <= CryptoProvider.TagBytes) || data[block] != 1 || !OpenFirst(count))
            {
                return OnceTable.NotReadable;
            }

            int plain = count - ItemCipher.HeadBytes - CryptoProvider.TagBytes;
            if (!ReadHeader(plain, PlainBytes))
            {
                return OnceTable.NotReadable;
            }

            _mail.Count = 0;
            _mail.BodyOffset = 0;
            if (!Events.Wants(this, _mail))
            {
                return OnceTable.NotWanted;
            }

            int late = JudgeTime();
            if (late != OnceTable.Undecided)
            {
                return late;
            }

            if (count == Size)
            {
                return Keep(0, ItemCipher.HeadBytes + plain);
            }

            // what the store has as not handed on is of the same name
            return Table.Save() && Table.Store.Write(_names[0], data, block, ItemCipher.HeadBytes + plain) ? OnceTable.Undecided
                : OnceTable.StoreFailed;
        }

        private int PlainBytes
        {
            get
            {
                int rest = Size - ItemCipher.HeadBytes;
                return rest - (CryptoProvider.TagBytes * ((rest + ItemCipher.ChunkBytes - 1) / ItemCipher.ChunkBytes));
            }
        }

        private bool OpenFirst(int count)
        {
            byte[] data = Table.Data;
            int number = data[Table.Block + 1];
            int key = ItemCipher.Own;
            int publicKey = ItemCipher.OwnPublic;
            if (number != 0)
            {
                if (!DerivePrekey(number))
                {
                    return false;
                }

                key = ItemCipher.Prekey;
                publicKey = ItemCipher.PrekeyPublic;
            }

            Cipher.Begin(number, Node.Identity.PublicKeyProtobuf, 0, Cipher.State, publicKey);
            bool opens = Cipher.Read(data, Table.Block, count - ItemCipher.HeadBytes, key);
            Array.Clear(Cipher.State, ItemCipher.Prekey, 32);
            return opens;
        }

        // Header and sender of the first block, which lies open in the block's memory.
        private bool ReadHeader(int plain, int total)
        {
            int block = Table.Block;
            int sign = _mail.Read(Table.Data, block + ItemCipher.HeadBytes, plain, total);
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

                return OnceTable.TooLate;
            }

            if (now != 0 && _mail.Sent > (ulong)now + AheadSeconds)
            {
                return OnceTable.Left;
            }

            return Table.IsLate(_mail.Sent, Table.ClassOf(Mark()), Subject()) ? OnceTable.TooLate : OnceTable.Undecided;
        }

        // Steps f and g, and h: as one block of so many bytes, or as so many values of the store.
        private int Keep(int pieces, int bytes)
        {
            ulong tag = Bytes.ReadUInt64LittleEndian(Table.Data, _mail.TagOffset);
            uint mark = Mark();
            int which = Table.ClassOf(mark);
            int subject = Subject();
            if (Table.Contains(tag))
            {
                return OnceTable.Stored;
            }

            // what was received before a break may have become late
            if (Table.IsLate(_mail.Sent, which, subject) || !Table.MakeRoom(_mail.Sent, which))
            {
                return OnceTable.TooLate;
            }

            Table.Add(tag, _mail.Sent, mark, subject);
            Table.Acknowledge(Gateway, Item, OnceTable.Stored, Cipher, _mail.ProofKeyOffset);
            Table.BlockBytes = bytes;
            Table.Data[OnceTable.Pieces] = (byte)pieces;
            if (!Table.Save())
            {
                return OnceTable.StoreFailed;
            }

            HandOn(false);
            return OnceTable.HandedOn;
        }

        // What the last start had stored and not handed on; busy meanwhile, as the mail is where requests are made.
        internal void HandOnStored()
        {
            if (!IsBusy && Table.BlockBytes + Table.Data[OnceTable.Pieces] > 0)
            {
                Asked = AskSync;
                HandOn(true);
                Asked = AskNothing;
                Table.Save();
            }
        }

        private void HandOn(bool seenBefore)
        {
            byte[] data = Table.Data;
            int block = Table.Block;
            int pieces = data[OnceTable.Pieces];
            int total = Table.BlockBytes - ItemCipher.HeadBytes;
            if (pieces > 0)
            {
                total = ItemCipher.BlockBytes * (pieces - 1);
                total += Table.Store.Read(_names[pieces - 1], data, block, ItemCipher.FirstBytes);
            }

            _mail.SeenBefore = seenBefore;
            for (int i = 0; i == 0 || i < pieces; i++)
            {
                if (pieces > 0 && Table.Store.Read(_names[i], data, block, ItemCipher.FirstBytes) < 0)
                {
                    break;
                }

                // up to the block's end or the body's
                int most = ItemCipher.BlockBytes;
                _mail.Offset = block;
                if (i == 0)
                {
                    if (!ReadHeader(total < most ? total : most, total))
                    {
                        break;
                    }

                    _mail.BodyOffset = 0;
                    _mail.Offset += ItemCipher.HeadBytes + _mail.HeadBytes;
                    most -= _mail.HeadBytes;
                }
                else
                {
                    _mail.BodyOffset = (i * most) - _mail.HeadBytes;
                    _mail.SubjectCount = 0;
                }

                int left = _mail.BodyBytes - _mail.BodyOffset;
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

        // The first four bytes of a SHA-256: of a subject, or with the table's secret in front of it, of a sender's X25519 key.
        internal uint HashOf(int secretCount, byte[] bytes, int offset, int count)
        {
            CryptoProvider crypto = Node.Crypto;
            crypto.Sha256Start();
            crypto.Sha256Update(Table.Data, OnceTable.Secret, secretCount);
            crypto.Sha256Update(bytes, offset, count);
            crypto.Sha256Finish(Cipher.State, ItemCipher.Scratch);
            return Bytes.ReadUInt32LittleEndian(Cipher.State, ItemCipher.Scratch);
        }

        // the mark of the sender of the item whose first block lies open
        private uint Mark()
        {
            return HashOf(OnceTable.SecretBytes, Table.Data, Table.Block + 34, 32);
        }

        // the place of the mail's subject among those of which only the latest counts; -1 for others
        private int Subject()
        {
            return _mail.IsLatest && _mail.SubjectCount > 0
                ? Table.FindSubject(HashOf(0, Table.Data, _mail.SubjectOffset, _mail.SubjectCount))
                : -1;
        }

        // a peer's id and its X25519 key to memory of ItemCipher.ToBytes; the id of every Ed25519 key begins as any sender's
        internal bool MapTo(PeerId peer, byte[] to)
        {
            return peer.Length == ItemCipher.IdBytes && peer.CopyTo(to, ItemCipher.ToId) > 0
                && Bytes.Equal(to, ItemCipher.ToId, _mail.Sender, 0, 6)
                && Cipher.Map.ToX25519(to, ItemCipher.ToId + 6, to, ItemCipher.To);
        }

        // How many numbers lie between two, 1 following 255.
        internal static int Steps(int from, int to)
        {
            return (to + 255 - from) % 255;
        }

        // A prekey of ours, private and public, to the cipher's state (SPEC.md 5.5); false when its number is forgotten or was never given.
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
            for (; steps >= 0; steps--)
            {
                Cipher.Step(state, ItemCipher.Prekey, steps == 0);
            }

            Node.Crypto.X25519Base(state, ItemCipher.Prekey, state, ItemCipher.PrekeyPublic);
            return true;
        }
    }
}
