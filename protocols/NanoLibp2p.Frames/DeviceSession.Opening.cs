using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames
{
    // Attempts: a number of its own for each, stored with the next hedge before anything of it is sent (W3), and the root before anything
    // under it (W4).
    public sealed partial class DeviceSession
    {
        private readonly KeyPair _static = new KeyPair();

        /// <summary>Has no card where no gateway can be met that was never seen.</summary>
        internal FrameHandshake Handshake;

        // what is repeated until it is answered; behind it the root that XX's end proves
        private byte[] _sent;
        private Identity _identity;

        /// <summary>Bytes of the frame that waits for its answer.</summary>
        internal int AttemptBytes;

        // the type of the frame that waits; 0 when no attempt is under way
        private int _waiting;
        private int _choices;
        private int _hid;
        private int _sid;
        private int _gateway;

        /// <summary>Whether an attempt to open or resume is under way.</summary>
        public bool IsOpening
        {
            get { return _waiting != 0; }
        }

        /// <summary>Resumes the session: 38 bytes both ways, and no Diffie-Hellman (SPEC.md 6).</summary>
        /// <returns>0, or a negative <see cref="FrameResult"/>.</returns>
        public int Resume()
        {
            if (!Record.HasRoot)
            {
                return FrameResult.NoSession;
            }

            int result = BeginAttempt(null);
            if (result < 0)
            {
                return result;
            }

            _gateway = Record.Gateway;
            _secrets.WriteR1(Record.Raw, FrameRecord.RootAt, _choices, Record.Nd, _sent, 0);
            return Wait(FrameHead.R1, FrameSecrets.R1Bytes);
        }

        /// <summary>Opens a session with a gateway whose static key is known: 118 bytes both ways (SPEC.md 5.3).</summary>
        /// <param name="gateway">Which of the device's, 0 to 3.</param>
        /// <param name="peer">Its peer id.</param>
        /// <param name="staticKey">Its static key, 32 bytes.</param>
        /// <returns>0, or a negative <see cref="FrameResult"/>.</returns>
        public int OpenKnown(int gateway, PeerId peer, byte[] staticKey)
        {
            int result = BeginAttempt(Handshake.Noise.Ephemeral);
            if (result < 0)
            {
                return result;
            }

            _gateway = gateway;
            Handshake.WriteKK1(_choices, _identity.PeerId, peer, _static, staticKey, Handshake.Noise.Ephemeral, Record.Nd, _sent, 0);
            return Wait(FrameHead.KK1, FrameHandshake.KK1Bytes);
        }

        /// <summary>Opens a session with a gateway that was never met (SPEC.md 5.2). The link's frames have at least
        /// <see cref="FrameHandshake.XX2Bytes"/>.</summary>
        /// <param name="peer">Whom; null for any, where the settings say so.</param>
        /// <returns>0, or a negative <see cref="FrameResult"/>.</returns>
        public int OpenNew(PeerId peer)
        {
            if (Handshake.Card == null)
            {
                return FrameResult.TooLong;
            }

            int result = BeginAttempt(Handshake.Noise.Ephemeral);
            if (result < 0)
            {
                return result;
            }

            Handshake.WriteXX1(_choices, peer, _static, Handshake.Noise.Ephemeral, _sent, 0);
            return Wait(FrameHead.XX1, FrameHandshake.XX1Bytes);
        }

        /// <summary>Sends what waits for its answer once more, the same bytes.</summary>
        public void Repeat()
        {
            if (_waiting != 0)
            {
                _events.OnSend(this, _sent, 0, AttemptBytes);
            }
        }

        /// <summary>Gives the attempt up. The next one has a number and keys of its own.</summary>
        public void EndAttempt()
        {
            _waiting = 0;
            Handshake.Noise.Clear();
            Array.Clear(_sent, 0, _sent.Length);
        }

        private void PrepareHandshakes(Identity identity)
        {
            _identity = identity;
            bool isMet = !_options.IsSmall && _options.Mtu >= FrameHandshake.XX2Bytes;

            // a card that is received is where its frame was until the next one comes
            Handshake = new FrameHandshake(_secrets, isMet ? Received : null);
            _sent = new byte[isMet ? FrameHandshake.XX3Bytes + FrameSecrets.RootBytes : FrameHandshake.KK1Bytes];
            _secrets.DeriveStatic(identity, 0, _static);
        }

        // W3
        private int BeginAttempt(KeyPair ephemeral)
        {
            if (Record.Nd == 0 || Record.Nd == uint.MaxValue)
            {
                return FrameResult.NotProvisioned;
            }

            EndAttempt();

            // cleared by who uses it, and written over
            _random.Fill(_sent, 0, 32);
            _secrets.MakeEphemeral(Record.Raw, FrameRecord.HedgeAt, Record.Nd + 1, _sent, ephemeral);
            Record.Nd++;
            if (!Save())
            {
                return FrameResult.StoreFailed;
            }

            _choices = Choices;
            return 0;
        }

        private int Choices
        {
            get { return (_options.IsShort ? FrameHead.Short : 0) | (_options.IsListening ? FrameHead.Listening : 0); }
        }

        private int Wait(int type, int count)
        {
            _waiting = type;
            AttemptBytes = count;
            _hid = FrameHandshake.Hid(_sent, 0);
            Repeat();
            return 0;
        }

        private void ReceiveControl(int count)
        {
            int at = SessionKeys.RoomBefore;
            int type = FrameHead.Type(Received, at);
            if (type == FrameHead.R2 && _waiting == FrameHead.R1 && count == FrameSecrets.R2Bytes)
            {
                uint time;
                int sid = _secrets.ReadR2(Record.Raw, FrameRecord.RootAt, _sent, 0, Received, at, out time);
                if (sid >= 0)
                {
                    byte[] root = Record.Raw;
                    _secrets.DeriveNext(root, FrameRecord.RootAt, _sent, 0, Received, at, root, FrameRecord.RootAt);
                    Take(sid, time, 0, Record.Nd, Record.Resumptions < 63 ? Record.Resumptions + 1 : 63);
                }
            }
            else if (type == FrameHead.KK2 && _waiting == FrameHead.KK1)
            {
                int sid = Handshake.ReadKK2(_sent[0], _hid, Received, at, count);
                if (sid >= 0)
                {
                    _secrets.TakeRoot(Handshake.Noise, Record.Raw, FrameRecord.RootAt);
                    if (!Take(sid, Handshake.Time, 0, Record.Nd, 0))
                    {
                        // Noise is over, and would not read the answer again
                        EndAttempt();
                    }
                }
            }
            else if (type == FrameHead.XX2 && _waiting == FrameHead.XX1)
            {
                ReceiveXX2(count);
            }
        }

        private void ReceiveXX2(int count)
        {
            int sid = Handshake.ReadXX2(_sent[0], _hid, Received, SessionKeys.RoomBefore, count);
            if (sid < 0)
            {
                return;
            }

            int gateway = _events.OnGateway(this, Handshake.Card, Handshake.Noise.RemoteStatic);
            if (gateway < 0)
            {
                Handshake.TakeBack();
                return;
            }

            _gateway = gateway;
            _sid = sid;

            // our own, signed anew: it would take 132 bytes for ever
            Handshake.Cards.Write(_identity, 0, _static, Received, 0);
            Handshake.WriteXX3(_sent[0], _hid, Record.Nd, Received, _sent, 0);
            _secrets.TakeRoot(Handshake.Noise, _sent, FrameHandshake.XX3Bytes);
            Wait(FrameHead.XX3, FrameHandshake.XX3Bytes);
        }

        // XX's end is the gateway's first frame under the root that it proves
        private void ReceiveEnd(int count)
        {
            int head = SessionKeys.RoomBefore;
            if (_waiting != FrameHead.XX3 || FrameHead.Sid(Received, head) != _sid || FrameHead.Number(Received, head) != 0)
            {
                return;
            }

            _keys.Set(_sent, FrameHandshake.XX3Bytes, _choices >= FrameHead.Short);
            int inner = _keys.Open(false, 0, Received, head, count);
            int at = head + FrameHead.HeadBytes;
            int kind = inner < 1 ? -1 : Received[at];
            bool isNotice = kind == FrameInner.Notice && inner == 6 && Received[at + 1] == 6;
            if (isNotice || (kind == FrameInner.Ping && inner == 1))
            {
                Array.Copy(_sent, FrameHandshake.XX3Bytes, Record.Raw, FrameRecord.RootAt, FrameSecrets.RootBytes);
                uint nd = isNotice ? Bytes.ReadUInt32BigEndian(Received, at + 2) : Record.Nd;

                // a gateway that took the device's number for old has seen a higher one: a lower one would lock it out elsewhere
                if (Take(_sid, Handshake.Time, 1, nd > Record.Nd && nd < uint.MaxValue - (1 << 24) ? nd : Record.Nd, 0))
                {
                    return;
                }
            }

            SetKeys();
            if (kind == FrameInner.Close && inner == 2 && Received[at + 1] == 1)
            {
                EndAttempt();
                _events.OnRefused(this);
            }
        }

        // W4: the new root, which stands in the record by now, and the end of the old one are one write
        private bool Take(int sid, uint time, int floor, uint nd, int resumptions)
        {
            FrameRecord record = Record;
            record.NumberBase += record.IsKept ? (ulong)record.Reserved : FrameHead.NumbersOfRoot;
            record.Sid = sid;
            record.Nd = nd;
            record.Choices = _choices;
            record.IsKept = _options.IsKept;
            record.Reserved = _options.Reserve;
            record.Far = 1;
            record.Floor = floor;
            record.Gateway = _gateway;
            record.Resumptions = resumptions;
            record.Unanswered = 0;
            IsTimeTold = time != 0;
            if (IsTimeTold)
            {
                record.Time = time;
            }

            if (!record.Save())
            {
                // the old root stands
                return false;
            }

            _next = 0;
            _heard = 0;
            _isDormant = false;
            SetKeys();
            Begin(floor);
            _events.OnOpen(this);
            return true;
        }
    }
}
