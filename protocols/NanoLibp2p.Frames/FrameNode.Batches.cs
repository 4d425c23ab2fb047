using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Frames
{
    // Signatures: of a reading at once, of several together by a call (SPEC.md 9.2, 10).
    public sealed partial class FrameNode
    {
        private const int SignMethod = 3;

        // where data is written before its length is known: two bytes of length at most
        private const int DataAt = FrameMessage.PrefixBytes + 2 + Multiformats.PeerId.Ed25519Bytes + 3;

        private const int MaxBatch = 32;
        private readonly byte[] _message;

        // the readings of the batch that is being signed, by number
        private readonly int[] _batch;
        private int _batchCount;
        private int _batchAlias;
        private ulong _batchNumber;

        // since when a reading waits for its batch; from when on signing is tried again after the gateway did not
        private long _batchSince = NeverMs;
        private long _batchAfter;

        private void ForgetBatch()
        {
            if (_batchCount > 0)
            {
                _batchCount = 0;
                _callMethod = 0;
            }
        }

        // the gateway has it, and the call that signs it waits for its answer
        private bool IsBeingSigned(int reading)
        {
            bool isSign = _callMethod == SignMethod;
            for (int i = 0; isSign && i < _batchCount; i++)
            {
                if (_batch[i] == reading)
                {
                    return true;
                }
            }

            return false;
        }

        private bool SignReading(int reading, ulong number, byte[] signature, int at)
        {
            int count = WriteData(reading, DataAt);
            if (count < 0)
            {
                return false;
            }

            Sign(_ring.Alias(reading), count, number, signature, at);
            return true;
        }

        // a reading as it stands on the topic
        private int WriteData(int reading, int at)
        {
            byte[] template = _templates[_ring.Alias(reading)];
            int count = _ring.Bytes(reading);
            int room = DataAt + _options.MessageBytes - at;
            if (template != null)
            {
                return FrameTemplate.Expand(template, _ring.Raw, _ring.DataAt(reading), count, _message, at, room);
            }

            if (count > room)
            {
                return -1;
            }

            Array.Copy(_ring.Raw, _ring.DataAt(reading), _message, at, count);
            return count;
        }

        private void Sign(int alias, int dataCount, ulong number, byte[] signature, int signatureAt)
        {
            int at = FrameMessage.Begin(_identity.PeerId, dataCount, _message);
            Array.Copy(_message, DataAt, _message, at, dataCount);
            int end = FrameMessage.End(number, _topics[alias], _message, at + dataCount);
            _identity.Sign(_secrets.Crypto, _message, 0, end, signature, signatureAt);
        }

        // whether a batch is full, old or urgent enough, or can't grow in a full ring; picks it
        private bool PickBatch()
        {
            if (_batchSince == NeverMs)
            {
                return false;
            }

            if (_now < _batchAfter)
            {
                Wake(_batchAfter);
                return false;
            }

            bool isOld = _now - _batchSince >= _options.BatchMs;
            bool isAny = false;
            for (int alias = 0; alias < _topics.Length; alias++)
            {
                int count = 0;
                int others = 0;
                bool isUrgent = isOld;
                for (int reading = _ring.First; reading < _ring.End; reading++)
                {
                    int state = _ring.State(reading);
                    if (state == ReadingRing.Done || _ring.Alias(reading) != alias)
                    {
                        continue;
                    }

                    if (state == ReadingRing.Taken)
                    {
                        count++;
                        isUrgent |= _ring.IsAlarm(reading);
                    }
                    else
                    {
                        others++;
                    }
                }

                isUrgent |= _ring.IsFull && others == 0;

                isAny |= count > 0;
                if (count > 0 && (isUrgent || count >= _batch.Length))
                {
                    Pick(alias);
                    return true;
                }
            }

            if (!isAny)
            {
                _batchSince = NeverMs;
            }
            else
            {
                Wake(_batchSince + _options.BatchMs);
            }

            return false;
        }

        // By their numbers, which a reading that was published once more has a new one of. What may stand on the topic by now goes in a
        // batch of nothing else, which the gateway knows: with others it would come twice.
        private void Pick(int alias)
        {
            _batchAlias = alias;
            _batchCount = 0;
            _batchNumber = 0;
            bool isSigned = false;
            for (int reading = _ring.First; reading < _ring.End; reading++)
            {
                isSigned |= _ring.State(reading) == ReadingRing.Taken && _ring.Alias(reading) == alias && _ring.IsSigned(reading);
            }

            ulong last = 0;
            while (_batchCount < _batch.Length)
            {
                int next = -1;
                for (int reading = _ring.First; reading < _ring.End; reading++)
                {
                    if (_ring.State(reading) == ReadingRing.Taken && _ring.Alias(reading) == alias && _ring.Number(reading) > last
                        && _ring.IsSigned(reading) == isSigned && (next < 0 || _ring.Number(reading) < _ring.Number(next)))
                    {
                        next = reading;
                    }
                }

                if (next < 0)
                {
                    return;
                }

                last = _ring.Number(next);
                _batch[_batchCount++] = next;
            }
        }

        // the body of the call; 0 when nothing of the batch has room
        private int WriteSign(byte[] to, int offset)
        {
            ulong number = _batchNumber != 0 ? _batchNumber : _session.Record.NumberBase + (ulong)_session.Next;
            int data = WriteBatch(number);
            while (_batchCount > 0 && (data < 0 || 4 + SizeOfNumbers(number) + SignatureBytes > _session.LongestBody - 2))
            {
                _batchCount--;
                data = WriteBatch(number);
            }

            if (_batchCount == 0)
            {
                return 0;
            }

            _batchNumber = number;
            Bytes.WriteUInt16BigEndian(to, offset, (ushort)(number - _session.Record.NumberBase));
            to[offset + 2] = (byte)_batchAlias;
            to[offset + 3] = (byte)_batchCount;
            int at = offset + 4;
            ulong above = number;
            for (int i = _batchCount - 1; i >= 0; i--)
            {
                ulong reading = _ring.Number(_batch[i]);
                at += Varint.Write(above - reading, to, at);
                above = reading;
                _ring.SetSigned(_batch[i], true);
            }

            Sign(_batchAlias, data, number, to, at);
            return at + SignatureBytes - offset;
        }

        private int SizeOfNumbers(ulong number)
        {
            int size = 0;
            for (int i = _batchCount - 1; i >= 0; i--)
            {
                ulong reading = _ring.Number(_batch[i]);
                size += Varint.Size(number - reading);
                number = reading;
            }

            return size;
        }

        // the data of the batch's message, from DataAt on; -1 when it is too long
        private int WriteBatch(ulong number)
        {
            bool isProtobuf = (_flags[_batchAlias] & FrameTopic.Protobuf) != 0;
            int at = DataAt;
            int end = DataAt + _options.MessageBytes;
            for (int i = 0; i < _batchCount; i++)
            {
                // a separator, or a tag and a length of up to two bytes
                if (end - at < 4)
                {
                    return -1;
                }

                if (isProtobuf)
                {
                    int count = WriteData(_batch[i], at + 3);
                    if (count < 0)
                    {
                        return -1;
                    }

                    int data = FrameMessage.WriteLength(1, count, _message, at);
                    Array.Copy(_message, at + 3, _message, data, count);
                    at = data + count;
                }
                else
                {
                    if (i > 0)
                    {
                        _message[at++] = (byte)'\n';
                    }

                    int count = WriteData(_batch[i], at);
                    if (count < 0)
                    {
                        return -1;
                    }

                    at += count;
                }
            }

            return isProtobuf ? WriteDistances(number, at, end) : at - DataAt;
        }

        private int WriteDistances(ulong number, int at, int end)
        {
            int size = 0;
            for (int i = 0; i < _batchCount; i++)
            {
                size += Varint.Size(number - _ring.Number(_batch[i]));
            }

            if (end - at < size + 3)
            {
                return -1;
            }

            at = FrameMessage.WriteLength(2, size, _message, at);
            for (int i = 0; i < _batchCount; i++)
            {
                at += Varint.Write(number - _ring.Number(_batch[i]), _message, at);
            }

            return at - DataAt;
        }

        // status 0: the message is on the topic; 5: what the gateway lacks goes again, and then it is asked once more
        private void Signed(int status, byte[] body, int offset, int count)
        {
            int readings = _batchCount;
            _batchCount = 0;
            for (int i = 0; i < readings; i++)
            {
                _ring.SetSigned(_batch[i], status < 0);
            }

            if (status == 0)
            {
                for (int i = 0; i < readings; i++)
                {
                    _ring.SetState(_batch[i], ReadingRing.Done);
                    _events.OnSettled(this, _batch[i]);
                }

                _ring.Drop();
                _batchSince = _batchSince == NeverMs ? NeverMs : _now;
                return;
            }

            if (status == 5 && count == (readings + 7) / 8)
            {
                for (int i = 0; i < readings; i++)
                {
                    // newest first, the most significant bit of each byte first
                    if ((body[offset + (i / 8)] & (128 >> (i % 8))) != 0)
                    {
                        _ring.SetState(_batch[readings - 1 - i], ReadingRing.Missing);
                    }
                }

                return;
            }

            if (status == 5)
            {
                _isBaseKnown = false;
                _baseAt = -1;
                return;
            }

            if (status == 4 && (_told & (1 << _batchAlias)) == 0)
            {
                _untold |= 1 << _batchAlias;
                return;
            }

            if (status == 4 || status == 2)
            {
                for (int i = 0; i < readings; i++)
                {
                    Lose(_batch[i], status);
                }

                return;
            }

            // nobody answered, or not now
            _batchAfter = _now + 60 * 1000;
        }
    }
}
