using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Frames
{
    // Readings: what is sent, asked for, and sent again until it is settled (SPEC.md 9, 12.3).
    public sealed partial class FrameNode
    {
        private const int FirstPace = 2;
        private const int MaxDistance = 1023;

        // an acknowledgement tells of 17 numbers
        private const int MaxUnasked = 15;
        private const int AgainAtOnce = 4;

        // "set the base" and nothing else (SPEC.md B)
        private const int NumberBytes = 8;
        private const int SignatureBytes = 64;
        private const int LongestDistance = 2;
        private const int NumberFlag = 4;
        private const int LongAlias = 3;

        private readonly ReadingRing _ring;
        private readonly byte[][] _topics;
        private readonly byte[][] _templates;
        private readonly byte[] _flags;

        // aliases, a bit each, that the gateway has to be told; and those that it was told since the start
        private int _untold;
        private int _told;

        // a frame with the number in full was acknowledged in this generation; the last one that had it
        private bool _isBaseKnown;
        private int _baseAt;

        // the number of the ask that waits; -1 for none
        private int _asked;
        private long _askUntil;
        private long _repeatAt;
        private bool _isRepeat;
        private bool _mustAsk;
        private bool _mustProve;
        private bool _wantsPing;
        private int _sinceAsk;
        private int _againSent;
        private int _acknowledged;

        // in doubt: where the ring ended when the last reading was let out
        private int _doubted = -1;

        /// <summary>Readings that are not done with.</summary>
        public int Unsettled
        {
            get { return _ring.End - _ring.First; }
        }

        /// <summary>Registers a topic, before <see cref="Start"/>. The gateway is told of it when it says that it doesn't know
        /// it.</summary>
        /// <param name="alias">Its short name, below <see cref="FrameNodeOptions.Topics"/>; 0 to 2 take no byte of a frame.</param>
        /// <param name="topic">The topic, ASCII, up to 128 bytes, and with the template not more than fits a frame.</param>
        /// <param name="flags"><see cref="FrameTopic"/>.</param>
        /// <param name="template">How readings are expanded (<see cref="FrameTemplate"/>); null for readings that go as they are.</param>
        /// <returns>False when it is too long, or the template is none.</returns>
        public bool SetTopic(int alias, string topic, int flags, string template)
        {
            byte[] name = Bytes.Ascii(topic);
            byte[] text = template == null ? null : Bytes.Ascii(template);
            int count = 3 + name.Length + (text == null ? 0 : 1 + text.Length);
            if (name.Length == 0 || name.Length > 128 || count > _session.LongestBody
                || (text != null && FrameTemplate.Check(text, 0, text.Length) < 0))
            {
                return false;
            }

            _topics[alias] = name;
            _templates[alias] = text;
            _flags[alias] = (byte)(text == null ? flags : flags | FrameTopic.Template);
            return true;
        }

        /// <summary>The longest reading that a frame of this link has room for on a topic.</summary>
        public int MaxReading(int alias)
        {
            int room = _session.LongestBody - RoomBeside(alias);
            return room < _ring.Capacity ? room : _ring.Capacity;
        }

        /// <summary>Publishes a reading: it is kept until the gateway has it, and, on a batched topic, until its batch is signed.</summary>
        /// <param name="alias">The topic.</param>
        /// <param name="reading">Has the reading; it is copied.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes, at least 1.</param>
        /// <param name="isAlarm">Whether it may take the last tenth of the hour's airtime, asks for an answer, and ends its batch.</param>
        /// <returns>Its name in events; or a negative <see cref="FrameResult"/>: <see cref="FrameResult.Full"/> when there is no room but
        /// that of a reading that waits for its batch's signature.</returns>
        public int Publish(int alias, byte[] reading, int offset, int count, bool isAlarm)
        {
            if (_topics[alias] == null)
            {
                return FrameResult.NoTopic;
            }

            if (count < 1 || count > MaxReading(alias))
            {
                return FrameResult.TooLong;
            }

            if (_ring.IsFull)
            {
                // what a gateway that is there has taken waits for its signature alone: who drops it under overload never ends a batch
                int oldest = _ring.First;
                if (!isAlarm && _state == FrameState.Open && _ring.State(oldest) == ReadingRing.Taken)
                {
                    // no reading comes that could ask for those on their way
                    _wantsPing |= _asked < 0 && _ring.Find(ReadingRing.Sent) >= 0;
                    _wakeAt = _now;
                    return FrameResult.Full;
                }

                if (IsBeingSigned(oldest))
                {
                    ForgetBatch();
                }

                Lose(oldest, 0);
            }

            _wakeAt = _now;
            return _ring.Add(alias, isAlarm, reading, offset, count);
        }

        /// <summary>Publishes numbers on a topic that has a template.</summary>
        /// <param name="alias">The topic.</param>
        /// <param name="values">The numbers without their points: 21.5 as 215 where the template says <c>%1</c>.</param>
        /// <param name="count">How many.</param>
        /// <param name="isAlarm">As with <see cref="Publish"/>.</param>
        /// <returns>As <see cref="Publish"/>.</returns>
        public int PublishValues(int alias, int[] values, int count, bool isAlarm)
        {
            byte[] template = _templates[alias];
            if (template == null || FrameTemplate.Check(template, 0, template.Length) != count)
            {
                return FrameResult.NoTopic;
            }

            // the message is made when it is sent
            return 5 * count > _message.Length ? FrameResult.TooLong
                : Publish(alias, _message, 0, FrameTemplate.Pack(values, count, _message, 0), isAlarm);
        }

        /// <summary>Asks the gateway for whatever it has: acknowledgements, a call.</summary>
        public void Ask()
        {
            _wantsPing = true;
            _wakeAt = _now;
        }

        /// <inheritdoc/>
        public override void OnAcknowledged(DeviceSession session)
        {
            int highest = session.Theirs.Highest;
            if (_asked >= 0 && highest >= _asked)
            {
                _asked = -1;
                _mustAsk = false;
                _isRepeat = false;
                _repeatAt = NeverMs;
                _againSent = 0;
                session.Record.Unanswered = 0;
            }

            _isBaseKnown |= _baseAt >= 0 && session.IsTaken(_baseAt);
            ulong numberBase = session.Record.NumberBase;
            for (int reading = _ring.First; reading < _ring.End; reading++)
            {
                int state = _ring.State(reading);
                if (state != ReadingRing.Sent && state != ReadingRing.Missing)
                {
                    continue;
                }

                // whichever of its frames came
                ulong first = _ring.Number(reading) - numberBase;
                if (session.IsTaken(_ring.Last(reading)) || (first <= (ulong)highest && session.IsTaken(0 | (int)(uint)first)))
                {
                    Settle(reading);
                }
                else if (_ring.Last(reading) <= highest)
                {
                    _ring.SetState(reading, ReadingRing.Missing);
                }
            }

            _ring.Drop();
            if (session.MailWaits)
            {
                _events.OnMailWaits(this);
            }
        }

        // a gateway that hears nothing of its own frames asks for a new generation (SPEC.md 4.4)
        private bool MustAcknowledge
        {
            get { return _session.News - _acknowledged >= 256; }
        }

        private bool IsBatched(int alias)
        {
            return (_flags[alias] & FrameTopic.VoiceMask) == FrameTopic.Batched;
        }

        private void Settle(int reading)
        {
            if (!IsBatched(_ring.Alias(reading)))
            {
                _ring.SetState(reading, ReadingRing.Done);
                _events.OnSettled(this, reading);
                return;
            }

            _ring.SetState(reading, ReadingRing.Taken);
            if (_batchSince == NeverMs)
            {
                _batchSince = _now;
            }
        }

        private void Lose(int reading, int notice)
        {
            _ring.SetState(reading, ReadingRing.Done);
            _ring.Drop();
            _events.OnLost(this, reading, notice);
        }

        // numbers begin anew, but the gateway knows readings by theirs over generations: what nothing was heard of goes again as such
        private void BeginGeneration(bool isNew)
        {
            _isBaseKnown = false;
            _baseAt = -1;
            _asked = -1;
            _isRepeat = false;
            _repeatAt = NeverMs;
            _sinceAsk = 0;
            _againSent = 0;
            ForgetBatch();
            for (int reading = _ring.First; isNew && reading < _ring.End; reading++)
            {
                int state = _ring.State(reading);
                if (state == ReadingRing.Sent || state == ReadingRing.Missing)
                {
                    _ring.SetState(reading, ReadingRing.Missing);
                    _ring.SetLast(reading, int.MaxValue);
                }
            }

            BeginCalls();
        }

        // an ask that nobody answered counts
        private void EndAsk()
        {
            if (_asked < 0)
            {
                return;
            }

            if (_now < _askUntil)
            {
                Wake(_askUntil);
                return;
            }

            _asked = -1;
            _mustAsk = true;
            FrameRecord record = _session.Record;
            if (record.Unanswered < 31)
            {
                record.Unanswered++;
            }

            _repeatAt = _isRepeat ? NeverMs : _now + 500 + Random(1500);
            _isRepeat = !_isRepeat;
            if (record.Unanswered >= MaxUnanswered && _state == FrameState.Open && _wanted == NoAttempt)
            {
                Doubt();
            }
        }

        private void SendData()
        {
            if (SendAnswer() || SendAlias() || SendCall() || SendAgain() || SendNew())
            {
                return;
            }

            bool isRepeat = _now >= _repeatAt;
            if (isRepeat || _mustProve || _wantsPing)
            {
                int open = isRepeat ? FindFitting(ReadingRing.Sent) : -1;
                bool isSent = open >= 0 ? SendReading(open, true, true) : Send(FrameInner.Ping, true, 0, true) >= 0;
                if (isSent)
                {
                    _repeatAt = NeverMs;
                    _wantsPing = false;
                }
            }
            else
            {
                Wake(_repeatAt);
            }
        }

        // what an acknowledgement has shown missing, oldest first, four at a time
        private bool SendAgain()
        {
            int reading = FindFitting(ReadingRing.Missing);
            if (reading < 0 || (_againSent >= AgainAtOnce && _asked >= 0))
            {
                return false;
            }

            _againSent = _againSent >= AgainAtOnce ? 0 : _againSent;
            _ring.SetState(reading, ReadingRing.Sent);
            bool isLast = _againSent + 1 == AgainAtOnce || FindFitting(ReadingRing.Missing) < 0;
            _ring.SetState(reading, ReadingRing.Missing);
            if (!SendReading(reading, true, isLast))
            {
                return false;
            }

            _againSent = isLast ? AgainAtOnce : _againSent + 1;
            return true;
        }

        private bool SendNew()
        {
            int reading = FindFitting(ReadingRing.Waiting);
            if (reading < 0 || (_asked >= 0 && _sinceAsk >= MaxUnasked / 2))
            {
                return false;
            }

            // in doubt every other reading lets one out, which asks; the rest is kept
            bool isDoubtful = _state == FrameState.Doubt;
            if (isDoubtful && (_doubted == _ring.End || (_ring.End & 1) != 0))
            {
                return false;
            }

            _doubted = _ring.End;
            int pace = _session.Record.Pace;
            bool asks = isDoubtful || _mustAsk || _mustProve || _ring.IsAlarm(reading) || _sinceAsk >= (1 << pace) - 1
                || _sinceAsk >= MaxUnasked || FillsBatch(reading);
            bool isLast = _ring.CountOf(ReadingRing.Waiting) == 1;
            if (!SendReading(reading, false, asks || (_wantsPing && isLast)))
            {
                return false;
            }

            // the last one that waits asks for all
            _wantsPing &= !isLast || _ring.State(reading) != ReadingRing.Sent;
            return true;
        }

        // the oldest in a state that a frame of this link has room for: what was published for a longer one waits for it, and stops nobody
        private int FindFitting(int state)
        {
            int lost = -1;
            int found = -1;
            for (int reading = _ring.First; reading < _ring.End && found < 0; reading++)
            {
                int room = _ring.State(reading) != state ? -1
                    : _session.LongestBody - RoomBeside(_ring.Alias(reading)) - _ring.Bytes(reading);
                found = room >= 0 ? reading : -1;
                lost = room < 0 && _ring.State(reading) == state && lost < 0 ? reading : lost;
            }

            if (lost >= 0 && _session.IsLongest)
            {
                // published under the shorter tag of a session that is over
                Lose(lost, 3);
            }

            return found;
        }

        private int RoomBeside(int alias)
        {
            return LongestDistance + (alias >= LongAlias ? 1 : 0) + (IsBatched(alias) ? 0 : SignatureBytes);
        }

        // what is missing of a full batch is asked for at once
        private bool FillsBatch(int reading)
        {
            int alias = _ring.Alias(reading);
            int sent = 1;
            for (int other = _ring.First; other < reading; other++)
            {
                int state = _ring.State(other);
                sent += _ring.Alias(other) == alias && state != ReadingRing.Done && state != ReadingRing.Waiting ? 1 : 0;
            }

            return IsBatched(alias) && sent % _batch.Length == 0;
        }

        private bool SendReading(int reading, bool isAgain, bool asks)
        {
            ulong number = _session.Record.NumberBase + (ulong)_session.Next;
            ulong distance = number - _ring.Number(reading);
            isAgain &= distance >= 1 && distance <= MaxDistance;
            int alias = _ring.Alias(reading);
            int count = _ring.Bytes(reading);
            int body = count + (IsBatched(alias) ? 0 : SignatureBytes) + (alias >= LongAlias ? 1 : 0)
                + (isAgain ? Varint.Size(distance) : 0);
            if (!_isBaseKnown && body + NumberBytes > _session.LongestBody)
            {
                // the number goes first, alone
                return _baseAt < 0 || _asked < 0 ? SendBase() : false;
            }

            bool hasNumber = !_isBaseKnown;
            body += hasNumber ? NumberBytes : 0;
            if (!MayGo(_session.FrameBytes(body, MustAcknowledge), _ring.IsAlarm(reading), false))
            {
                return false;
            }

            byte[] to = _session.Body;
            int at = DeviceSession.BodyOffset;
            if (hasNumber)
            {
                Bytes.WriteUInt64BigEndian(to, at, number);
                at += NumberBytes;
            }

            if (alias >= LongAlias)
            {
                to[at++] = (byte)alias;
            }

            at += isAgain ? Varint.Write(distance, to, at) : 0;
            Array.Copy(_ring.Raw, _ring.DataAt(reading), to, at, count);
            if (!IsBatched(alias) && !SignReading(reading, number, to, at + count))
            {
                Lose(reading, 3);
                return false;
            }

            int sub = (hasNumber ? NumberFlag : 0) | (alias < LongAlias ? alias : LongAlias);
            int sent = Put((isAgain ? FrameInner.Again : FrameInner.Publish) | sub, asks, body);
            if (sent < 0)
            {
                return false;
            }

            if (!isAgain)
            {
                _ring.SetNumber(reading, number);
            }

            _ring.SetLast(reading, sent);
            _ring.SetState(reading, ReadingRing.Sent);
            _baseAt = hasNumber ? sent : _baseAt;
            return true;
        }

        // SPEC.md B: where a reading has no room beside the number, the number goes alone
        private bool SendBase()
        {
            Bytes.WriteUInt64BigEndian(_session.Body, DeviceSession.BodyOffset, _session.Record.NumberBase + (ulong)_session.Next);
            int sent = Send(FrameInner.Publish | NumberFlag, true, NumberBytes, false);
            _baseAt = sent >= 0 ? sent : _baseAt;
            return sent >= 0;
        }

        private bool SendAlias()
        {
            if (_untold == 0)
            {
                return false;
            }

            int alias = 0;
            while ((_untold & (1 << alias)) == 0)
            {
                alias++;
            }

            byte[] to = _session.Body;
            int at = DeviceSession.BodyOffset;
            byte[] topic = _topics[alias];
            byte[] template = _templates[alias];
            to[at++] = (byte)alias;
            to[at++] = _flags[alias];
            if (template != null)
            {
                to[at++] = (byte)topic.Length;
            }

            Array.Copy(topic, 0, to, at, topic.Length);
            at += topic.Length;
            if (template != null)
            {
                Array.Copy(template, 0, to, at, template.Length);
                at += template.Length;
            }

            if (Send(FrameInner.Alias, false, at - DeviceSession.BodyOffset, false) < 0)
            {
                return false;
            }

            _untold &= ~(1 << alias);
            _told |= 1 << alias;
            return true;
        }

        // a frame whose body stands there, if there is airtime for it, and room
        private int Send(int kind, bool asks, int body, bool isUrgent)
        {
            return body > _session.LongestBody ? FrameResult.TooLong
                : MayGo(_session.FrameBytes(body, MustAcknowledge), isUrgent, false) ? Put(kind, asks, body) : FrameResult.NoAirtime;
        }

        private int Put(int kind, bool asks, int body)
        {
            bool acknowledges = MustAcknowledge;
            int number = _session.Send(kind, asks, acknowledges, body);
            if (number < 0)
            {
                Failed(number);
                return number;
            }

            _acknowledged = acknowledges ? _session.News : _acknowledged;

            bool isPublish = (kind & FrameInner.ChannelMask) == FrameInner.Publish;
            long until = Sent(_outCount);
            _callUntil = until;
            if (asks)
            {
                _asked = number;
                _askUntil = until;
                _sinceAsk = 0;
                _mustProve = false;
            }
            else if (isPublish)
            {
                _sinceAsk++;
            }

            return number;
        }

        // what the gateway did not take (SPEC.md 8.2)
        private void Notice(byte[] body, int offset, int count)
        {
            int code = count > 0 ? body[offset] : 0;
            if (code == 1 && count == 2)
            {
                int alias = body[offset + 1];
                if (alias < _topics.Length && _topics[alias] != null)
                {
                    _untold |= 1 << alias;
                    SetMissing(alias);
                }
            }
            else if (code >= 2 && code <= 5 && count == 3)
            {
                GiveUp(Bytes.ReadUInt16BigEndian(body, offset + 1), code);
            }
            else if ((code == 7 || code == 8) && count == 1 && _wanted == NoAttempt && _state == FrameState.Open)
            {
                Want(code == 7 ? FrameHead.R1 : FrameHead.KK1, 0);
            }
        }

        private void SetMissing(int alias)
        {
            for (int reading = _ring.First; reading < _ring.End; reading++)
            {
                if (_ring.Alias(reading) == alias && _ring.State(reading) == ReadingRing.Sent)
                {
                    _ring.SetState(reading, ReadingRing.Missing);
                }
            }
        }

        private void GiveUp(int low, int code)
        {
            for (int reading = _ring.First; reading < _ring.End; reading++)
            {
                int state = _ring.State(reading);
                if ((state != ReadingRing.Sent && state != ReadingRing.Missing)
                    || _ring.Last(reading) >= _session.Next || (_ring.Last(reading) & (FrameHead.Numbers - 1)) != low)
                {
                    continue;
                }

                // the gateway may have the topic of a former program under this name: it is told once
                int alias = _ring.Alias(reading);
                if (code == 2 && (_told & (1 << alias)) == 0)
                {
                    _untold |= 1 << alias;
                    _ring.SetState(reading, ReadingRing.Missing);
                    return;
                }

                Lose(reading, code);
                return;
            }
        }
    }
}
