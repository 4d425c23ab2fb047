using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Frames
{
    // Calls, one at a time in each direction: repeated until answered, answered again and not done again (SPEC.md 10).
    public sealed partial class FrameNode
    {
        private const int MaxCallSends = 10;
        private const int MaxBlocks = 128;
        private const int FirstOwnMethod = 0x80;
        private const int BlockFlag = 4;
        private const int MoreFlag = 1;

        // ours: 0 for none. Its body is the caller's until it is answered; that of sign is written anew each time, the same bytes
        private int _callMethod;
        private int _callId;
        private int _callBlock;
        private int _callSends;
        private long _callAt;
        private long _callUntil;
        private byte[] _callBody;
        private int _callOffset;
        private int _callCount;

        // the gateway's: answered in the next frame; what it was, for a repeat
        private readonly byte[] _answer;
        private int _answerCount;
        private int _answerStatus;
        private int _heardId;
        private int _heardMethod;
        private uint _heardHash;
        private bool _mustAnswer;

        /// <summary>Calls a method of the gateway: 10h takes mail, 11h is a postbox's request (postbox specification 14), from 80h on
        /// they are the application's.</summary>
        /// <param name="method">The method.</param>
        /// <param name="body">Has the body, which stays as it is until the answer.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>0; <see cref="FrameResult.Busy"/> while another waits for its answer; <see cref="FrameResult.TooLong"/>.</returns>
        public int Call(int method, byte[] body, int offset, int count)
        {
            if (_callMethod != 0)
            {
                return FrameResult.Busy;
            }

            if (count + 2 > _session.LongestBody)
            {
                return FrameResult.TooLong;
            }

            _callBody = body;
            _callOffset = offset;
            _callCount = count;
            BeginCall(method);
            return 0;
        }

        /// <inheritdoc/>
        public override bool OnFrame(DeviceSession session, int kind, bool asks, byte[] body, int offset, int count)
        {
            int channel = kind & FrameInner.ChannelMask;
            if (kind == FrameInner.Ping)
            {
                _wantsPing |= asks;
                return true;
            }

            if (kind == FrameInner.Notice)
            {
                Notice(body, offset, count);
                return true;
            }

            if (kind == FrameInner.Close)
            {
                Closed(count > 0 ? body[offset] : 2);
                return true;
            }

            if (channel == FrameInner.Call && (kind & BlockFlag) == 0 && count >= 2)
            {
                Called(body, offset, count);
                return true;
            }

            if (channel == FrameInner.Answer && count >= 2)
            {
                Answered(kind, body, offset, count);
                return true;
            }

            return false;
        }

        private void BeginCalls()
        {
            _callSends = 0;
            _callBlock = 0;
            _callAt = _now;
            _mustAnswer = false;
            _heardMethod = 0;
        }

        private void BeginCall(int method)
        {
            _callMethod = method;
            _callId = (_callId + 1) & 0xFF;
            _callSends = 0;
            _callBlock = 0;
            _callAt = _now;
            _wakeAt = _now;
        }

        private bool SendAnswer()
        {
            if (!_mustAnswer)
            {
                return false;
            }

            byte[] to = _session.Body;
            int at = DeviceSession.BodyOffset;
            to[at] = (byte)_heardId;
            to[at + 1] = (byte)_answerStatus;
            Array.Copy(_answer, 0, to, at + 2, _answerCount);
            if (Send(FrameInner.Answer, false, 2 + _answerCount, true) < 0)
            {
                return false;
            }

            _mustAnswer = false;
            return true;
        }

        private bool SendCall()
        {
            if (_callMethod == 0 && PickBatch())
            {
                BeginCall(SignMethod);
            }

            if (_callMethod == 0)
            {
                return false;
            }

            if (_now < _callAt)
            {
                Wake(_callAt);
                return false;
            }

            if (_callSends >= MaxCallSends)
            {
                EndCall(-1, null, 0, 0);
                return false;
            }

            bool isSign = _callMethod == SignMethod;
            if (isSign && !_isBaseKnown)
            {
                return _asked < 0 && SendBase();
            }

            if (isSign && _now < _heldUntil)
            {
                // a signature costs more than all else
                Wake(_heldUntil);
                return false;
            }

            byte[] to = _session.Body;
            int at = DeviceSession.BodyOffset;
            int count = 2;
            to[at] = (byte)_callId;
            if (_callBlock > 0)
            {
                to[at + 1] = (byte)_callBlock;
            }
            else if (isSign)
            {
                to[at + 1] = SignMethod;
                count += WriteSign(to, at + 2);
                if (count == 2)
                {
                    // not even one reading has room: its message is too long
                    LoseFirst();
                    return false;
                }
            }
            else
            {
                to[at + 1] = (byte)_callMethod;
                Array.Copy(_callBody, _callOffset, to, at + 2, _callCount);
                count += _callCount;
            }

            if (Send(FrameInner.Call | (_callBlock > 0 ? BlockFlag : 0), false, count, isSign) < 0)
            {
                return false;
            }

            _callSends++;
            _callAt = _callUntil + Random(2000);
            return true;
        }

        private void LoseFirst()
        {
            int reading = _batch[0];
            ForgetBatch();
            Lose(reading, 3);
        }

        private void Answered(int kind, byte[] body, int offset, int count)
        {
            bool isBlock = (kind & BlockFlag) != 0;
            if (_callMethod == 0 || body[offset] != _callId || isBlock != _callBlock > 0 || (isBlock && body[offset + 1] != _callBlock))
            {
                // of a call that is over
                return;
            }

            bool more = (kind & MoreFlag) != 0 && _callBlock < MaxBlocks - 1;
            if (_callMethod == SignMethod)
            {
                EndCall(body[offset + 1], body, offset + 2, count - 2);
                return;
            }

            int status = isBlock ? 0 : body[offset + 1];
            if (!more)
            {
                // it is over, so that the next may be made within the event
                _callMethod = 0;
                _callBody = null;
                _events.OnAnswer(this, status, _callBlock, body, offset + 2, count - 2, false);
            }
            else if (_events.OnAnswer(this, status, _callBlock, body, offset + 2, count - 2, true))
            {
                _callBlock++;
                _callSends = 0;
                _callAt = _now;
            }
            else
            {
                _callMethod = 0;
                _callBody = null;
            }
        }

        private void EndCall(int status, byte[] body, int offset, int count)
        {
            bool isSign = _callMethod == SignMethod;
            _callMethod = 0;
            _callBody = null;
            if (isSign)
            {
                Signed(status, body, offset, count);
            }
            else
            {
                _events.OnAnswer(this, status, 0, null, 0, 0, false);
            }
        }

        private void Called(byte[] body, int offset, int count)
        {
            int id = body[offset];
            int method = body[offset + 1];
            CryptoProvider crypto = _secrets.Crypto;
            crypto.Sha256Start();
            crypto.Sha256Update(body, offset + 2, count - 2);
            crypto.Sha256Finish(_message, 0);
            uint hash = Bytes.ReadUInt32BigEndian(_message, 0);
            _mustAnswer = true;
            if (id == _heardId && method == _heardMethod && hash == _heardHash)
            {
                return;
            }

            _heardId = id;
            _heardMethod = method;
            _heardHash = hash;
            int result = method < FirstOwnMethod ? -3
                : !_options.MayBeCalled ? -2
                : _events.OnCall(this, method, body, offset + 2, count - 2, _answer);
            _answerStatus = result < 0 ? -result : 0;
            _answerCount = result < 0 ? 0 : result;
        }
    }
}
