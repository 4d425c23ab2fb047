using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Postbox
{
    /// <summary>
    /// What a recipient keeps so that its application is called once (SPEC.md 6), as one value of the board's store: table, floors, latest,
    /// pending acknowledgements, prekeys, and the mail that is being handed on. It is in memory as it is stored, and is replaced whole.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   format 1, 2 free | pieces 1 | secret 16 | sealed 4 | late 4 | record's seq 8 | chain 32 | oldest 1 | newest 1 | rotated 4
    ///   | floor of class 0 4 | known senders 1 | pending 1 | known: mark 4, floor 4 each | subjects: hash 4, then a time for each class
    ///   | pending acknowledgements 21 each | block bytes 4 | entries 4 | entries: tag 8, sent 4, mark 4 each | the first block, opened
    /// </code>
    /// Numbers are little-endian. Behind the entries, at <see cref="Block"/>, is the memory in which items are opened: an item that is one
    /// block long is stored where it was opened, together with its entry, by one write.
    /// </remarks>
    internal sealed partial class OnceTable
    {
        /// <summary>The value's name in the store; those of long items' blocks begin with it.</summary>
        internal const string StoreName = "mail";

        /// <summary>Known senders at the most.</summary>
        internal const int MaxKnown = 4;

        /// <summary>Subjects of which only the latest counts, at the most.</summary>
        internal const int MaxSubjects = 4;

        /// <summary>Acknowledgements that wait to be confirmed, at the most.</summary>
        internal const int MaxPending = 8;

        // What is done with an item: first the Outcomes of SPEC.md 8.1, then what is not told to the gateway: more of it is needed; it
        // stays there; the store took no write; it was stored with its acknowledgement, and handed on.
        internal const int Stored = 0;
        internal const int NotWanted = 1;
        internal const int NotReadable = 2;
        internal const int TooLate = 3;
        internal const int Undecided = -1;
        internal const int Left = -2;
        internal const int StoreFailed = -3;
        internal const int HandedOn = -4;

        internal const int Pieces = 3;
        internal const int Secret = 4;
        internal const int Sealed = 20;
        internal const int Late = 24;
        internal const int Sequence = 28;
        internal const int Chain = 36;
        internal const int Oldest = 68;
        internal const int Newest = 69;
        internal const int Rotated = 70;
        internal const int SecretBytes = 16;
        private const int Floor = 74;
        private const int KnownCount = 78;
        internal const int PendingCount = 79;
        private const int Known = 80;
        private const int Latest = Known + (8 * MaxKnown);
        private const int SubjectBytes = 4 + (4 * (1 + MaxKnown));
        internal const int Pending = Latest + (SubjectBytes * MaxSubjects);
        internal const int PendingBytes = 21;
        private const int BlockCount = Pending + (PendingBytes * MaxPending);
        private const int EntryCount = BlockCount + 4;
        private const int Entries = EntryCount + 4;
        private const int EntryBytes = 16;
        private const int Format = 1;

        // of a pending acknowledgement: the outcome and, above it, whether there is a proof; the gateway; the item's name; the proof
        internal const int HasProof = 0x80;
        private const int GatewayAt = 1;
        internal const int NameAt = 5;
        internal const int ProofAt = 13;

        internal readonly byte[] Data;

        /// <summary>Where the block of memory begins in which items are opened.</summary>
        internal readonly int Block;

        /// <summary>Whether something has changed since the last write that must be stored before anything is acknowledged.</summary>
        internal bool IsDirty;

        internal readonly IStore Store;

        // a literal takes heap wherever it is read
        private readonly string _name = StoreName;

        internal OnceTable(IStore store, int entries)
        {
            Store = store;
            Block = Entries + (EntryBytes * entries);
            Data = new byte[Block + ItemCipher.FirstBytes];
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>Bytes of memory that a table of so many entries takes, with its block.</summary>
        internal static int BytesOf(int entries)
        {
            return Entries + (EntryBytes * entries) + ItemCipher.FirstBytes;
        }
#endif

        // entries at the most
        private int Capacity
        {
            get { return (Block - Entries) / EntryBytes; }
        }

        /// <summary>Bytes of the opened first block that is being handed on; 0 when none is.</summary>
        internal int BlockBytes
        {
            get { return (int)(Time(BlockCount) & 0xFFFFu); }
            set { Put32(Data, BlockCount, (uint)value); }
        }

        /// <summary>Entries of the table.</summary>
        internal int Count
        {
            get { return (int)(Time(EntryCount) & 0xFFFFu); }
            private set { Put32(Data, EntryCount, (uint)value); }
        }

        /// <summary>Reads the value of the last start.</summary>
        /// <returns>1; 0 when there is none yet; -1 when what is stored is no such value, or has more entries than fit.</returns>
        internal int Load()
        {
            byte[] data = Data;
            Array.Clear(data, 0, data.Length);
            int count = Store.Read(_name, data, 0, data.Length);
            if (count == -1)
            {
                data[0] = Format;
                return 0;
            }

            // how many entries it was written for; it may have been fewer or more than now
            int table = count - BlockBytes - Entries;
            int kept = count < Entries ? -1 : Count;
            if (data[0] != Format || table < 0 || table % EntryBytes != 0 || kept < 0 || kept > Capacity || kept * EntryBytes > table
                || data[KnownCount] > MaxKnown || data[PendingCount] > MaxPending || BlockBytes > ItemCipher.FirstBytes)
            {
                return -1;
            }

            Array.Copy(data, Entries + table, data, Block, BlockBytes);
            return 1;
        }

        /// <summary>Writes the value, if something has changed.</summary>
        /// <returns>False when the store took it not; what is in memory is then what the store has, but for mail that it has as not
        /// handed on: that was, in this run.</returns>
        internal bool Save()
        {
            if (!IsDirty || Store.Write(_name, Data, 0, Block + BlockBytes))
            {
                IsDirty = false;
                return true;
            }

            Load();
            BlockBytes = 0;
            Data[Pieces] = 0;
            return false;
        }

        internal uint Time(int at)
        {
            return Bytes.ReadUInt32LittleEndian(Data, at);
        }

        internal void SetTime(int at, uint time)
        {
            Put32(Data, at, time);
            IsDirty = true;
        }

        internal static void Put32(byte[] to, int at, uint value)
        {
            to[at] = (byte)value;
            to[at + 1] = (byte)(value >> 8);
            to[at + 2] = (byte)(value >> 16);
            to[at + 3] = (byte)(value >> 24);
        }

        internal static void Put64(byte[] to, int at, ulong value)
        {
            Put32(to, at, (uint)value);
            Put32(to, at + 4, (uint)(value >> 32));
        }

        /// <summary>Whether an item of this tag was handed on.</summary>
        internal bool Contains(ulong tag)
        {
            for (int i = 0; i < Count; i++)
            {
                if (Bytes.ReadUInt64LittleEndian(Data, Entries + (EntryBytes * i)) == tag)
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>The class of a mark: 1 and more for known senders, 0 for all others.</summary>
        internal int ClassOf(uint mark)
        {
            for (int i = 0; i < Data[KnownCount]; i++)
            {
                if (Time(Known + (8 * i)) == mark)
                {
                    return i + 1;
                }
            }

            return 0;
        }

        /// <summary>
        /// Takes the marks of the senders that are known from now on: gives up those that are not among them, and learns the others.
        /// </summary>
        internal void Know(uint[] marks)
        {
            for (int i = Data[KnownCount] - 1; i >= 0; i--)
            {
                uint mark = Time(Known + (8 * i));
                int at = 0;
                while (at < marks.Length && marks[at] != mark)
                {
                    at++;
                }

                if (at == marks.Length)
                {
                    GiveUp(mark);
                }
            }

            for (int i = 0; i < marks.Length; i++)
            {
                Learn(marks[i]);
            }
        }

        /// <summary>Learns a sender for which there is room: its class begins with the floor and the latest of class 0.</summary>
        internal void Learn(uint mark)
        {
            int count = Data[KnownCount];
            if (ClassOf(mark) > 0 || count == MaxKnown || count >= Capacity / 8)
            {
                return;
            }

            Data[KnownCount] = (byte)(count + 1);
            SetTime(Known + (8 * count), mark);
            SetTime(FloorAt(count + 1), Time(Floor));
            for (int i = 0; i < MaxSubjects; i++)
            {
                SetTime(LatestAt(i, count + 1), Time(LatestAt(i, 0)));
            }
        }

        /// <summary>Gives a known sender up: what its class has goes into class 0, whichever is higher.</summary>
        internal void GiveUp(uint mark)
        {
            int which = ClassOf(mark);
            if (which == 0)
            {
                return;
            }

            // the last takes the place that becomes free
            int last = Data[KnownCount];
            Merge(Floor, FloorAt(which), FloorAt(last));
            SetTime(Known + (8 * (which - 1)), Time(Known + (8 * (last - 1))));
            for (int i = 0; i < MaxSubjects; i++)
            {
                Merge(LatestAt(i, 0), LatestAt(i, which), LatestAt(i, last));
            }

            Data[KnownCount] = (byte)(last - 1);
        }

        /// <summary>Takes the subjects of which only the latest counts; what is kept of others is forgotten.</summary>
        /// <param name="hashes">The first 4 bytes of the SHA-256 of each.</param>
        internal void Declare(uint[] hashes)
        {
            for (int i = 0; i < MaxSubjects; i++)
            {
                bool isDeclared = false;
                for (int k = 0; k < hashes.Length; k++)
                {
                    isDeclared |= Time(LatestAt(i, -1)) == hashes[k];
                }

                if (!isDeclared)
                {
                    Array.Clear(Data, LatestAt(i, -1), SubjectBytes);
                }
            }

            for (int k = 0; k < hashes.Length; k++)
            {
                if (FindSubject(hashes[k]) < 0)
                {
                    SetTime(LatestAt(FindSubject(0), -1), hashes[k]);
                }
            }
        }

        /// <summary>Whether a time is at or below the floor of its class, or below what is kept of a subject; -1 for none.</summary>
        internal bool IsLate(uint sent, int which, int subject)
        {
            return sent <= Time(FloorAt(which)) || (subject >= 0 && sent <= Time(LatestAt(subject, which)));
        }

        /// <summary>The place of a declared subject, by the first 4 bytes of its SHA-256; -1 for another.</summary>
        internal int FindSubject(uint hash)
        {
            for (int i = 0; i < MaxSubjects; i++)
            {
                if (Time(LatestAt(i, -1)) == hash)
                {
                    return i;
                }
            }

            return -1;
        }

        /// <summary>
        /// Step f: when the table is full, the class with the most entries loses its oldest, and its floor rises to that.
        /// </summary>
        /// <returns>False when it is this item that has to give way.</returns>
        internal bool MakeRoom(uint sent, int which)
        {
            int count = Count;
            if (count < Capacity)
            {
                return true;
            }

            int full = which;
            int most = CountOf(which) + 1;
            for (int i = 0; i <= Data[KnownCount]; i++)
            {
                int held = i == which ? most : CountOf(i);
                if (held > most)
                {
                    most = held;
                    full = i;
                }
            }

            int oldest = -1;
            uint least = full == which ? sent : 0xFFFFFFFF;
            for (int i = 0; i < count; i++)
            {
                int at = Entries + (EntryBytes * i);
                uint time = Time(at + 8);
                if (ClassOf(Time(at + 12)) == full && (time < least || (oldest < 0 && full != which)))
                {
                    least = time;
                    oldest = at;
                }
            }

            if (least > Time(FloorAt(full)))
            {
                SetTime(FloorAt(full), least);
            }

            if (oldest < 0)
            {
                return false;
            }

            // the last entry takes its place
            Array.Copy(Data, Entries + (EntryBytes * (count - 1)), Data, oldest, EntryBytes);
            Count = count - 1;
            return true;
        }

        /// <summary>Step g, but for the write: an entry, and the time of its subject; -1 for none.</summary>
        internal void Add(ulong tag, uint sent, uint mark, int subject)
        {
            int at = Entries + (EntryBytes * Count);
            Put64(Data, at, tag);
            Put32(Data, at + 8, sent);
            SetTime(at + 12, mark);
            Count++;
            if (subject >= 0)
            {
                SetTime(LatestAt(subject, ClassOf(mark)), sent);
            }
        }

        /// <summary>Acknowledgements that wait for one gateway: of one item, or for 0 of all.</summary>
        internal int CountPending(uint gateway, ulong name)
        {
            int count = 0;
            for (int i = 0; i < Data[PendingCount]; i++)
            {
                count += IsOf(i, gateway) && (name == 0 || NameOf(i) == name) ? 1 : 0;
            }

            return count;
        }

        /// <summary>Whether one more finds room: the oldest of another gateway makes some.</summary>
        internal bool MayAcknowledge(uint gateway)
        {
            return CountPending(gateway, 0) < MaxPending;
        }

        /// <summary>
        /// Adds an acknowledgement. That of a copy which another gateway keeps takes the proof of the first while that is pending.
        /// </summary>
        /// <param name="gateway">The gateway's number.</param>
        /// <param name="name">The item's name.</param>
        /// <param name="outcome">What is told of it.</param>
        /// <param name="cipher">Makes the proof.</param>
        /// <param name="proofKey">Where in <see cref="Data"/> the key of its proof is, or 0.</param>
        internal void Acknowledge(uint gateway, ulong name, int outcome, ItemCipher cipher, int proofKey)
        {
            byte[] data = Data;
            if (CountPending(gateway, name) > 0)
            {
                return;
            }

            if (data[PendingCount] == MaxPending)
            {
                int oldest = 0;
                while (oldest < MaxPending - 1 && IsOf(oldest, gateway))
                {
                    oldest++;
                }

                RemovePending(oldest);
            }

            int count = data[PendingCount];
            int at = Pending + (PendingBytes * count);
            data[at] = (byte)outcome;
            if (proofKey > 0)
            {
                cipher.Prove(data, proofKey, outcome, data, at + ProofAt);
                data[at] = (byte)(outcome | HasProof);
            }

            for (int i = 0; i < count && proofKey == 0; i++)
            {
                if (NameOf(i) == name && data[Pending + (PendingBytes * i)] == (outcome | HasProof))
                {
                    Array.Copy(data, Pending + (PendingBytes * i), data, at, PendingBytes);
                }
            }

            Put32(data, at + GatewayAt, gateway);
            Put64(data, at + NameAt, name);
            data[PendingCount] = (byte)(count + 1);
        }

        /// <summary>Writes this gateway's acknowledgements as fields 1 of a Sync.</summary>
        /// <returns>The offset behind them.</returns>
        internal int WritePending(uint gateway, byte[] to, int at)
        {
            for (int i = 0; i < Data[PendingCount]; i++)
            {
                if (!IsOf(i, gateway))
                {
                    continue;
                }

                int from = Pending + (PendingBytes * i);
                int outcome = Data[from] & ~HasProof;
                int begin = at;
                to[at] = 0x0A;
                to[at + 2] = 0x09;
                Array.Copy(Data, from + NameAt, to, at + 3, 8);
                at += 11;
                if (outcome > 0)
                {
                    at = ProtobufWriter.WriteVarint(2, (uint)outcome, to, at);
                }

                if (outcome != Data[from])
                {
                    to[at] = 0x19;
                    Array.Copy(Data, from + ProofAt, to, at + 1, 8);
                    at += 9;
                }

                to[begin + 1] = (byte)(at - begin - 2);
            }

            return at;
        }

        /// <summary>Forgets this gateway's acknowledgements: it has confirmed them.</summary>
        internal void Confirm(uint gateway)
        {
            for (int i = Data[PendingCount] - 1; i >= 0; i--)
            {
                if (IsOf(i, gateway))
                {
                    RemovePending(i);
                    IsDirty = true;
                }
            }
        }

        private int CountOf(int which)
        {
            int held = 0;
            for (int i = 0; i < Count; i++)
            {
                held += ClassOf(Time(Entries + (EntryBytes * i) + 12)) == which ? 1 : 0;
            }

            return held;
        }

        private int FloorAt(int which)
        {
            return which == 0 ? Floor : Known + (8 * which) - 4;
        }

        private int LatestAt(int subject, int which)
        {
            return Latest + (SubjectBytes * subject) + 4 + (4 * which);
        }

        // the higher of the two to the first, the third to the second
        private void Merge(int to, int from, int last)
        {
            if (Time(from) > Time(to))
            {
                SetTime(to, Time(from));
            }

            SetTime(from, Time(last));
        }

        internal bool IsOf(int index, uint gateway)
        {
            return Time(Pending + (PendingBytes * index) + GatewayAt) == gateway;
        }

        private ulong NameOf(int index)
        {
            return Bytes.ReadUInt64LittleEndian(Data, Pending + (PendingBytes * index) + NameAt);
        }

        internal void RemovePending(int index)
        {
            int at = Pending + (PendingBytes * index);
            Data[PendingCount]--;
            Array.Copy(Data, at + PendingBytes, Data, at, PendingBytes * (Data[PendingCount] - index));
        }
    }
}
