using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// What a device remembers of its session, one value in the board's store, replaced whole (SPEC.md 3.3). What is here is what the store
    /// has: a write that fails takes the changes back.
    /// </summary>
    public sealed class FrameRecord
    {
        /// <summary>Bytes of the record.</summary>
        public const int RecordBytes = 108;

        /// <summary>The value's name in the board's store.</summary>
        public const string Name = "frames";

        /// <summary>Buckets of airtime, ten minutes each.</summary>
        public const int Buckets = 7;

        /// <summary>The unit of a bucket, in milliseconds.</summary>
        public const int BucketUnitMs = 8;

        /// <summary>At this many units of 64 numbers that nobody acknowledged no more data goes out under a root (SPEC.md 4.4).</summary>
        public const int FarLimit = 31;

        private const byte Version = 1;
        private const int FlagsAt = 1;
        private const int SidAt = 2;
        private const int NdAt = 4;
        private const int ReservedAt = 8;
        private const int FloorAt = 12;
        internal const int RootAt = 16;
        internal const int HedgeAt = 48;
        private const int AirAt = 80;
        private const int BaseAt = 94;
        private const int GatewayAt = 102;
        private const int TimeAt = 103;
        private const int PaceAt = 107;
        private const int Kept = 4;

        /// <summary>The bytes themselves. Root and hedge are secrets.</summary>
        internal readonly byte[] Raw = new byte[RecordBytes];

        // what a write may have set aside of numbers that the store has lost
        private const int MaxReserve = 64;

        // a literal takes heap wherever it is read
        private readonly string _name = Name;
        private readonly IStore _store;
        private bool _isOlder;

        /// <summary>Takes its memory; <see cref="Load"/> reads.</summary>
        public FrameRecord(IStore store)
        {
            _store = store;
        }

        /// <summary>Reads the store. Where a newer record may have been lost (<see cref="ICopiedStore"/>) the session is not kept, and
        /// what the next write would use was not used by the lost one either.</summary>
        /// <returns>False when there is no record, or none of this version: everything is 0 then, and there is no root.</returns>
        public bool Load()
        {
            bool isThere = Read();
            ICopiedStore copies = _store as ICopiedStore;
            _isOlder = isThere && copies != null && copies.IsOlder;
            StepOver();
            return isThere;
        }

        /// <summary>Whether the record that was loaded may be the one before the last, and none was written since.</summary>
        public bool IsOlder
        {
            get { return _isOlder; }
        }

        /// <summary>Writes the store.</summary>
        /// <returns>False when it takes nothing: what was changed since is then as it was.</returns>
        public bool Save()
        {
            Raw[0] = Version;
            if (_store.Write(_name, Raw, 0, RecordBytes))
            {
                _isOlder = false;
                return true;
            }

            // a copy that this write has damaged is not one that was lost
            Read();
            StepOver();
            return false;
        }

        /// <summary>Whether a session can be resumed: not all of the root is 0.</summary>
        public bool HasRoot
        {
            get
            {
                int any = 0;
                for (int i = RootAt; i < RootAt + FrameSecrets.RootBytes; i++)
                {
                    any |= Raw[i];
                }

                return any != 0;
            }
        }

        /// <summary><see cref="FrameHead.Short"/> and <see cref="FrameHead.Listening"/> of the session.</summary>
        public int Choices
        {
            // bit 0 for 40h, bit 1 for 20h
            get { return ((Raw[FlagsAt] & 1) << 6) | ((Raw[FlagsAt] & 2) << 4); }
            set { Raw[FlagsAt] = (byte)((Raw[FlagsAt] & ~3) | ((value >> 6) & 1) | ((value >> 4) & 2)); }
        }

        /// <summary>Whether the session's numbers are stored before they are used; else it is only resumed after a start.</summary>
        public bool IsKept
        {
            get { return (Raw[FlagsAt] & Kept) != 0; }
            set { Raw[FlagsAt] = (byte)((Raw[FlagsAt] & ~Kept) | (value ? Kept : 0)); }
        }

        /// <summary><see cref="Reserved"/> less the number after the highest acknowledged one, in units of 64, rounded up; at most
        /// <see cref="FarLimit"/>.</summary>
        public int Far
        {
            get { return Raw[FlagsAt] >> 3; }
            set { Raw[FlagsAt] = (byte)((Raw[FlagsAt] & 7) | (value << 3)); }
        }

        /// <summary>The session's id.</summary>
        public int Sid
        {
            get { return Bytes.ReadUInt16BigEndian(Raw, SidAt); }
            set { Bytes.WriteUInt16BigEndian(Raw, SidAt, (ushort)value); }
        }

        /// <summary>Attempts to open or resume, over the device's whole life.</summary>
        public uint Nd
        {
            get { return Bytes.ReadUInt32BigEndian(Raw, NdAt); }
            set { Bytes.WriteUInt32BigEndian(Raw, NdAt, value); }
        }

        /// <summary>Numbers below it may have been sent.</summary>
        public int Reserved
        {
            get { return 0 | (int)Bytes.ReadUInt32BigEndian(Raw, ReservedAt); }
            set { Bytes.WriteUInt32BigEndian(Raw, ReservedAt, (uint)value); }
        }

        /// <summary>The gateway's numbers below it count as seen.</summary>
        public int Floor
        {
            get { return 0 | (int)Bytes.ReadUInt32BigEndian(Raw, FloorAt); }
            set { Bytes.WriteUInt32BigEndian(Raw, FloorAt, (uint)value); }
        }

        /// <summary>What is added to a frame's number to make that of its message (SPEC.md 9.1).</summary>
        public ulong NumberBase
        {
            get { return Bytes.ReadUInt64BigEndian(Raw, BaseAt); }
            set { Bytes.WriteUInt64BigEndian(Raw, BaseAt, value); }
        }

        /// <summary>Which of the device's gateways, 0 to 3.</summary>
        public int Gateway
        {
            get { return Raw[GatewayAt] & 3; }
            set { Raw[GatewayAt] = (byte)((Raw[GatewayAt] & ~3) | value); }
        }

        /// <summary>Resumptions since KK or XX, at most 63.</summary>
        public int Resumptions
        {
            get { return Raw[GatewayAt] >> 2; }
            set { Raw[GatewayAt] = (byte)((Raw[GatewayAt] & 3) | (value << 2)); }
        }

        /// <summary>Where the clock begins after a start, Unix seconds.</summary>
        public uint Time
        {
            get { return Bytes.ReadUInt32BigEndian(Raw, TimeAt); }
            set { Bytes.WriteUInt32BigEndian(Raw, TimeAt, value); }
        }

        /// <summary>The gateway's wish: one ask in 2 to the power of this many publishes, 0 to 4.</summary>
        public int Pace
        {
            get { return Raw[PaceAt] & 7; }
            set { Raw[PaceAt] = (byte)((Raw[PaceAt] & ~7) | value); }
        }

        /// <summary>Asks that nobody answered, in turn; at most 31.</summary>
        public int Unanswered
        {
            get { return Raw[PaceAt] >> 3; }
            set { Raw[PaceAt] = (byte)((Raw[PaceAt] & 7) | (value << 3)); }
        }

        /// <summary>Airtime of a bucket, in units of <see cref="BucketUnitMs"/>.</summary>
        public int Air(int bucket)
        {
            return Bytes.ReadUInt16BigEndian(Raw, AirAt + (2 * bucket));
        }

        /// <summary>Sets airtime of a bucket, in units of <see cref="BucketUnitMs"/>.</summary>
        public void SetAir(int bucket, int units)
        {
            Bytes.WriteUInt16BigEndian(Raw, AirAt + (2 * bucket), (ushort)units);
        }

        private bool Read()
        {
            if (_store.Read(_name, Raw, 0, RecordBytes) == RecordBytes && Raw[0] == Version)
            {
                return true;
            }

            Array.Clear(Raw, 0, RecordBytes);
            return false;
        }

        private void StepOver()
        {
            if (_isOlder && Nd != 0)
            {
                IsKept = false;
                Nd = Nd > uint.MaxValue - 2 ? uint.MaxValue : Nd + 2;
                Reserved += MaxReserve;
            }
        }
    }
}
