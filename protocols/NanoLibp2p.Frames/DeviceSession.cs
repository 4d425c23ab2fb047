using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// A device's half of a frame session (SPEC.md 4 to 7): counters, windows, attempts to open or resume, and the board's store before
    /// every frame that needs it. It has no clock: when to ask, to repeat and to try again is its caller's.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Start > Resume, OpenKnown or OpenNew > Repeat, until OnOpen > Send, Receive
    /// </code>
    /// While an attempt is under way the session before it stays in use. Nothing is allocated after the constructor. W1 to W4 are the rules
    /// of SPEC.md 7 by their names.
    /// </remarks>
    public sealed partial class DeviceSession
    {
        /// <summary>Where in <see cref="Body"/> the body of the next frame goes.</summary>
        public const int BodyOffset = SessionKeys.RoomBefore + FrameHead.HeadBytes + 1 + FrameInner.AckBytes;

        /// <summary>Takes the body of the next frame, from <see cref="BodyOffset"/> on; up to <see cref="MaxBody"/> bytes.</summary>
        public readonly byte[] Body;

        /// <summary>Where in <see cref="Received"/> a frame begins.</summary>
        public const int ReceivedOffset = SessionKeys.RoomBefore;

        /// <summary>Where frames are opened. A link may put one there, from <see cref="ReceivedOffset"/> on, up to the MTU: it is not
        /// copied then. The same as <see cref="Body"/> where <see cref="DeviceSessionOptions.IsSmall"/>.</summary>
        public readonly byte[] Received;

        /// <summary>What the board remembers.</summary>
        public readonly FrameRecord Record;

        private readonly DeviceSessionOptions _options;
        private readonly DeviceSessionEvents _events;
        private readonly FrameSecrets _secrets;
        private readonly IRandom _random;
        private readonly SessionKeys _keys;
        private readonly FrameWindow _window = new FrameWindow();

        /// <summary>Frames of the gateway above all before it, over generations.</summary>
        internal int News;

        /// <summary>Whether the gateway told the time when the session was opened or resumed: the record has it.</summary>
        internal bool IsTimeTold;

        /// <summary>Whether the last acknowledgement said that mail or a call waits.</summary>
        internal bool MailWaits;

        /// <summary>What the gateway has said to have taken of ours.</summary>
        internal readonly TakenMap Theirs = new TakenMap();

        // and we of the gateway's
        private readonly TakenMap _ours = new TakenMap();

        // the number of our next frame, that after the highest acknowledged one, and the highest of the gateway's that was opened
        private int _next;
        private int _heard;
        private int _highest;

        // there is a root that may only be resumed
        private bool _isDormant;

        /// <summary>Takes its memory; <see cref="Start"/> reads the store.</summary>
        public DeviceSession(DeviceSessionOptions options, FrameSecrets secrets, Identity identity, IStore store, IRandom random,
            DeviceSessionEvents events)
        {
            _options = options;
            _secrets = secrets;
            _random = random;
            _events = events;
            _keys = new SessionKeys(secrets);
            Record = new FrameRecord(store);
            int bytes = SessionKeys.RoomBefore + options.Mtu + SessionKeys.RoomBehind;
            Body = new byte[bytes];
            Received = options.IsSmall ? Body : new byte[bytes];
            PrepareHandshakes(identity);
        }

        /// <summary>Bytes that the body of a frame may have, beside an acknowledgement.</summary>
        public int MaxBody
        {
            get { return _options.Mtu - _keys.Overhead - 1 - FrameInner.AckBytes; }
        }

        /// <summary>Bytes that the body of a frame may have that says nothing of what was taken.</summary>
        public int LongestBody
        {
            get { return _options.Mtu - _keys.Overhead - 1; }
        }

        /// <summary>Whether the link is the one of the longest frames that the session was made for.</summary>
        internal bool IsLongest
        {
            get { return _options.Mtu >= Received.Length - SessionKeys.RoomBefore - SessionKeys.RoomBehind; }
        }

        /// <summary>The number that the next frame will have.</summary>
        public int Next
        {
            get { return _next; }
        }

        /// <summary>Whether data may go out.</summary>
        public bool IsOpen
        {
            get { return !_isDormant && Record.HasRoot && !IsFar && _next < FrameHead.NumbersOfRoot - 64; }
        }

        /// <summary>Whether the gateway has said that it took responsibility for a frame of this session.</summary>
        public bool IsTaken(int number)
        {
            return Theirs.Has(number);
        }

        /// <summary>Reads the store, after the constructor and after each loss of power.</summary>
        /// <returns>False when there is no record: <see cref="Provision"/> makes one.</returns>
        public bool Start()
        {
            bool isThere = Record.Load();
            _next = Record.Reserved;
            _heard = _next - (64 * Record.Far);
            _isDormant = !Record.IsKept;
            Begin(Record.Floor);
            SetKeys();
            return isThere;
        }

        /// <summary>Makes a record without a root.</summary>
        /// <param name="nd">Above every attempt that the device has made: the Unix time of its provisioning.</param>
        /// <param name="hedge">32 random bytes of a true source, in no other place; cleared.</param>
        /// <param name="numberBase">Above every number that the identity has used on any link, and from 2^56 on.</param>
        /// <returns>False when the store takes nothing.</returns>
        public bool Provision(uint nd, byte[] hedge, ulong numberBase)
        {
            Array.Clear(Record.Raw, 0, FrameRecord.RecordBytes);
            Array.Copy(hedge, 0, Record.Raw, FrameRecord.HedgeAt, 32);
            Array.Clear(hedge, 0, 32);
            Record.Nd = nd;
            Record.NumberBase = numberBase;
            for (int i = 0; i < FrameRecord.Buckets; i++)
            {
                Record.SetAir(i, 0xFFFF);
            }

            return Record.Save() && Start();
        }

        /// <summary>Sends a frame whose body stands in <see cref="Body"/>.</summary>
        /// <param name="kind">Channel and sub.</param>
        /// <param name="asks">Whether an answer is wanted.</param>
        /// <param name="acknowledges">Whether it says what was taken, as far as something was and the body leaves room for it.</param>
        /// <param name="count">Bytes of the body.</param>
        /// <returns>The frame's number, or a negative <see cref="FrameResult"/>.</returns>
        public int Send(int kind, bool asks, bool acknowledges, int count)
        {
            if (!Record.HasRoot)
            {
                return FrameResult.NoSession;
            }

            if (!IsOpen)
            {
                return FrameResult.MustResume;
            }

            if (count > LongestBody)
            {
                return FrameResult.TooLong;
            }

            // W1
            if (Record.IsKept && _next >= Record.Reserved)
            {
                Record.Reserved = _next + _options.Reserve;
                Record.Far = FarOf(Record.Reserved);
                if (!Save())
                {
                    return FrameResult.StoreFailed;
                }
            }

            bool hasAck = acknowledges && _ours.Highest >= 0 && count <= MaxBody;
            int at = BodyOffset - 1 - (hasAck ? FrameInner.AckBytes : 0);
            Body[at] = (byte)(kind | (asks ? FrameInner.Asks : 0) | (hasAck ? FrameInner.Acknowledges : 0));
            if (hasAck)
            {
                Bytes.WriteUInt16BigEndian(Body, at + 1, (ushort)(_ours.Highest << 4));
                Bytes.WriteUInt16BigEndian(Body, at + 3, (ushort)_ours.Map);
            }

            int number = _next++;
            int frame = at - FrameHead.HeadBytes;
            int bytes = _keys.Seal(true, number, Record.Sid, Body, frame, BodyOffset - at + count);
            _events.OnSend(this, Body, frame, bytes);
            return number;
        }

        /// <summary>Takes a frame from the link. What does not belong here is as if it had not come.</summary>
        /// <param name="frame">Has the frame; it is copied.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        public void Receive(byte[] frame, int offset, int count)
        {
            if (count < 1 || count > _options.Mtu)
            {
                return;
            }

            if (frame != Received || offset != ReceivedOffset)
            {
                Array.Copy(frame, offset, Received, ReceivedOffset, count);
            }

            if (!FrameHead.IsData(Received, SessionKeys.RoomBefore))
            {
                ReceiveControl(count);
            }
            else if (count >= FrameHead.HeadBytes && !ReceiveData(count))
            {
                ReceiveEnd(count);
            }
        }

        private void SetKeys()
        {
            if (Record.HasRoot)
            {
                _keys.Set(Record.Raw, FrameRecord.RootAt, Record.Choices >= FrameHead.Short);
            }
        }

        private bool IsFar
        {
            get { return FarOf(_next + _options.Reserve) >= FrameRecord.FarLimit; }
        }

        private bool ReceiveData(int count)
        {
            int head = SessionKeys.RoomBefore;
            if (_isDormant || !Record.HasRoot || FrameHead.Sid(Received, head) != Record.Sid)
            {
                return false;
            }

            int number = _window.Find(FrameHead.Number(Received, head));
            int inner = number < 0 ? -1 : _keys.Open(false, number, Received, head, count);
            if (inner >= 0)
            {
                Act(number, head + FrameHead.HeadBytes, inner);
            }

            return inner >= 0;
        }

        private void Act(int number, int at, int inner)
        {
            int first = Received[at];
            bool hasAck = (first & FrameInner.Acknowledges) != 0;
            int body = 1 + (hasAck ? FrameInner.AckBytes : 0);
            int kind = first & FrameInner.KindMask;
            bool asks = (first & FrameInner.Asks) != 0;
            bool acts = kind != FrameInner.Ping || asks;
            bool isNew = number > _window.Highest;
            if (inner < body)
            {
                // malformed, and the gateway's: it counts as opened
                _window.Mark(number);
                return;
            }

            if (number > _highest)
            {
                _highest = number;
            }

            // W2
            if (acts && Record.IsKept)
            {
                if (Record.Floor <= number)
                {
                    Record.Floor = number + 1;
                }

                if (!Save())
                {
                    return;
                }
            }

            _window.Mark(number);

            // a late one says what was so long ago: its 12 bits may mean another number by now
            if (hasAck && isNew)
            {
                Acknowledge(at);
            }

            if (isNew)
            {
                News++;
            }

            if (!acts || _events.OnFrame(this, kind, asks, Received, at + body, inner - body))
            {
                _ours.Mark(number);
            }
        }

        private void Acknowledge(int at)
        {
            int word = Bytes.ReadUInt16BigEndian(Received, at + 1);
            if (Theirs.Read(_next, word >> 4, Bytes.ReadUInt16BigEndian(Received, at + 3)))
            {
                if (Theirs.Highest >= _heard)
                {
                    _heard = Theirs.Highest + 1;
                }

                int pace = word & 7;
                Record.Pace = pace > 4 ? 4 : pace;
                MailWaits = (word & FrameInner.MailWaits) != 0;
                _events.OnAcknowledged(this);
            }
        }

        /// <summary>Bytes of a frame with a body, and with an acknowledgement where something is to be said.</summary>
        internal int FrameBytes(int body, bool acknowledges)
        {
            return _keys.Overhead + 1 + body + (acknowledges && _ours.Highest >= 0 && body <= MaxBody ? FrameInner.AckBytes : 0);
        }

        /// <summary>Whether the session has another suite or class than is wanted by now: only a resumption changes them.</summary>
        internal bool IsOfOtherChoices
        {
            get { return Record.HasRoot && Record.Choices != Choices; }
        }

        /// <summary>Forgets the session: the gateway has closed it.</summary>
        /// <returns>False when the store takes nothing. The session is over all the same, and the next write takes it out of the
        /// store.</returns>
        internal bool Forget()
        {
            Array.Clear(Record.Raw, FrameRecord.RootAt, FrameSecrets.RootBytes);
            EndAttempt();
            if (Save())
            {
                return true;
            }

            Array.Clear(Record.Raw, FrameRecord.RootAt, FrameSecrets.RootBytes);
            return false;
        }

        // every write carries the floor as it is then
        private bool Save()
        {
            if (Record.Floor <= _highest)
            {
                Record.Floor = _highest + 1;
            }

            return Record.Save();
        }

        private int FarOf(int reserved)
        {
            int far = (reserved - _heard + 63) >> 6;
            return far > FrameRecord.FarLimit ? FrameRecord.FarLimit : far;
        }

        private void Begin(int floor)
        {
            _window.Reset(floor);
            _highest = floor - 1;
            Theirs.Reset();
            _ours.Reset();
            EndAttempt();
        }
    }
}
