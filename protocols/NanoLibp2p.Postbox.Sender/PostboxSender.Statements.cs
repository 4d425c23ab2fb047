using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Sender
{
    // Signed statements (SPEC.md 7): our record with its prekey, tokens, and others' records. They are made and read in the block's memory.
    public sealed partial class PostboxSender
    {
        private const uint Day = 86400;
        private const int KeptPrekeys = 8;

        // where a statement's payload is made, with room for what goes in front of it: key, type and lengths, as they are signed or sent
        private const int PayloadRoom = 100;

        // bytes of the gateways in a record that is no longer than it may be: with a prekey, a time and a number, and its envelope
        private const int MostGatewayBytes = PostboxOptions.MaxRecordBytes - 58 - 66 - 12 - 37;

        // where the statement begins that was signed last
        private int _statement;

        /// <summary>
        /// Signs this device's record anew, with the next prekey when that is due, for <see cref="Configure"/> to give it to gateways.
        /// Before it expires: after 7 days with prekeys, 60 without. Writes the store, and
        /// takes an array of heap, each time.
        /// </summary>
        /// <returns>Its bytes, or a negative <see cref="PostboxResult"/>: a request is under way, the store took no write, or there is no
        /// time to date it with; a board without a clock syncs first, and then has the gateway's.</returns>
        public int SignRecord()
        {
            if (_client.IsBusy)
            {
                return PostboxResult.NoAnswer;
            }

            _client.HandOnStored();

            byte[] data = _table.Data;
            uint now = _client.Events.UnixSeconds();
            uint time = now != 0 ? now : _client.GatewayTime;
            if (time == 0)
            {
                return PostboxResult.NoTime;
            }

            bool hasKey = _options.HasPrekeys && now != 0;
            if (hasKey)
            {
                Rotate(now);
            }

            ulong last = Bytes.ReadUInt64LittleEndian(data, OnceTable.Sequence);
            ulong sequence = last < time ? time : last + 1;
            OnceTable.Put64(data, OnceTable.Sequence, sequence);
            _table.IsDirty = true;
            if (!_table.Save())
            {
                return PostboxResult.StoreFailed;
            }

            int payload = _table.Block + PayloadRoom;
            int at = ProtobufWriter.WriteVarint(1, sequence, data, payload);
            at = WriteFixed32(0x15, time + ((hasKey ? 14u : 90u) * Day), at);
            Array.Copy(_gateways, 0, data, at, _gateways.Length);
            at += _gateways.Length;
            if (hasKey && _client.DerivePrekey(data[OnceTable.Newest]))
            {
                at = ProtobufWriter.WriteBytes(4, _cipher.State, ItemCipher.PrekeyPublic, 32, data, at);
                at = _client.WriteNumber(5, data[OnceTable.Newest], at);
                Array.Clear(_cipher.State, ItemCipher.Prekey, 32);
            }

            int count = Sign(ItemCipher.RecordLabel, ItemCipher.RecordCount, payload, at) - _statement;
            byte[] record = new byte[count];
            Array.Copy(data, _statement, record, 0, count);
            _options.Record = record;
            return count;
        }

        /// <summary>Signs a token, with which its holder may deposit for this device (SPEC.md 7.2, 9.2).</summary>
        /// <param name="holder">Who may use it; null for whoever has it.</param>
        /// <param name="expires">Unix seconds.</param>
        /// <param name="lane">1 to 3, and 1 where there is no holder: the share of the mailbox that it may fill.</param>
        /// <param name="priority">0 to 3: the highest that it may ask for.</param>
        /// <param name="token">Takes the token.</param>
        /// <param name="offset">Where it goes.</param>
        /// <returns>Its bytes, at most 190; a negative <see cref="PostboxResult"/> while a request is under way or a buffer is too
        /// short.</returns>
        public int WriteToken(PeerId holder, uint expires, int lane, int priority, byte[] token, int offset)
        {
            if (_client.IsBusy)
            {
                return PostboxResult.NoAnswer;
            }

            _client.HandOnStored();

            byte[] data = _table.Data;
            int payload = _table.Block + PayloadRoom;
            int at = payload;
            if (holder != null)
            {
                at = ProtobufWriter.WriteLength(1, holder.Length, data, at);
                at += holder.CopyTo(data, at);
            }

            at = WriteFixed32(0x15, expires, at);
            at = _client.WriteNumber(3, _options.TokenEpoch, at);
            at = _client.WriteNumber(4, lane, at);
            at = _client.WriteNumber(5, priority, at);
            int count = Sign(ItemCipher.TokenLabel, ItemCipher.TokenCount, payload, at) - _statement;
            if (count > token.Length - offset)
            {
                return PostboxResult.TooLong;
            }

            Array.Copy(data, _statement, token, offset, count);
            return count;
        }

        // Takes the next number when the newest is 7 days old; the store has it before its key is told.
        private void Rotate(uint now)
        {
            byte[] data = _table.Data;
            int newest = data[OnceTable.Newest];
            if (newest != 0 && now < _table.Time(OnceTable.Rotated) + (7 * Day))
            {
                return;
            }

            if (newest == 0)
            {
                _client.Node.Random.Fill(data, OnceTable.Chain, 32);
                data[OnceTable.Oldest] = 1;
            }
            else if (PostboxClient.Steps(data[OnceTable.Oldest], newest) == KeptPrekeys - 1)
            {
                _cipher.Step(data, OnceTable.Chain, false);
                data[OnceTable.Oldest] = (byte)(1 + (data[OnceTable.Oldest] % 255));
            }

            data[OnceTable.Newest] = (byte)(1 + (newest % 255));
            _table.SetTime(OnceTable.Rotated, now);
        }

        private static byte[] EncodeGateways(Multiaddr[] gateways)
        {
            byte[] buffer = new byte[PostboxOptions.MaxRecordBytes];
            int at = 0;
            for (int i = 0; i < gateways.Length; i++)
            {
                byte[] peer = gateways[i].PeerId.ToBytes();
                byte[] address = gateways[i].WithoutPeerId().ToBytes();
                int bytes = ProtobufWriter.SizeOfBytes(1, peer.Length) + ProtobufWriter.SizeOfBytes(2, address.Length);
                if (at + bytes + 3 > MostGatewayBytes)
                {
                    throw new ArgumentException(TooManyGateways);
                }

                at = ProtobufWriter.WriteLength(3, bytes, buffer, at);
                at = ProtobufWriter.WriteBytes(1, peer, 0, peer.Length, buffer, at);
                at = ProtobufWriter.WriteBytes(2, address, 0, address.Length, buffer, at);
            }

            byte[] encoded = new byte[at];
            Array.Copy(buffer, encoded, at);
            return encoded;
        }

        /// <summary>
        /// Signs a payload that stands in the block's memory, and makes its envelope around it (libp2p RFC 0002), which begins at
        /// _statement.
        /// </summary>
        /// <param name="label">Where the statement's kind stands among the cipher's labels.</param>
        /// <param name="labelCount">Its bytes.</param>
        /// <param name="payload">Where the payload begins.</param>
        /// <param name="end">Where it ends; 66 bytes behind it are written.</param>
        /// <returns>Where the envelope ends.</returns>
        private int Sign(int label, int labelCount, int payload, int end)
        {
            byte[] data = _table.Data;
            int begin = WriteSigned(label, labelCount, payload, end - payload);
            _client.Node.Identity.Sign(_client.Node.Crypto, data, begin, end - begin, data, end + 2);
            data[end] = 0x2A;
            data[end + 1] = CryptoProvider.SignatureBytes;

            // the envelope's own fields take the place of what was signed in front of the payload
            int size = Varint.Size((uint)(end - payload));
            int type = ItemCipher.TypeCount + labelCount;
            int at = payload - size - 1 - type - 2 - 38;
            _statement = at;
            byte[] key = _client.Node.Identity.PublicKeyProtobuf;
            at = ProtobufWriter.WriteBytes(1, key, 0, key.Length, data, at);
            at = ProtobufWriter.WriteLength(2, type, data, at);
            at = WriteType(label, labelCount, at);
            ProtobufWriter.WriteLength(3, end - payload, data, at);
            return end + 2 + CryptoProvider.SignatureBytes;
        }

        // What is signed in front of a payload: domain, type and the payload's length, each behind its length (RFC 0002).
        private int WriteSigned(int label, int labelCount, int payload, int count)
        {
            byte[] data = _table.Data;
            int size = Varint.Size((uint)count);
            int type = ItemCipher.TypeCount + labelCount;
            int begin = payload - size - type - 1 - ItemCipher.PrefixCount - labelCount - 1;
            int at = begin;
            data[at++] = (byte)(ItemCipher.PrefixCount + labelCount);
            _cipher.Put(0, ItemCipher.PrefixCount, data, at);
            _cipher.Put(label, labelCount, data, at + ItemCipher.PrefixCount);
            at += ItemCipher.PrefixCount + labelCount;
            data[at++] = (byte)type;
            at = WriteType(label, labelCount, at);
            Varint.Write((uint)count, data, at);
            return begin;
        }

        private int WriteType(int label, int labelCount, int at)
        {
            _cipher.Put(ItemCipher.TypeLabel, ItemCipher.TypeCount, _table.Data, at);
            _cipher.Put(label, labelCount, _table.Data, at + ItemCipher.TypeCount);
            return at + ItemCipher.TypeCount + labelCount;
        }

        private int WriteFixed32(byte tag, uint value, int at)
        {
            _table.Data[at] = tag;
            OnceTable.Put32(_table.Data, at + 1, value);
            return at + 5;
        }

        // The record that came, in the block's memory: whether its recipient signed it, and it is not older than what is there.
        private bool TakeRecord(int recordCount)
        {
            const int typeCount = ItemCipher.TypeCount + ItemCipher.RecordCount;
            const int typeAt = 40;
            byte[] data = _table.Data;
            byte[] state = _cipher.State;
            int block = _table.Block;
            _cipher.Put(ItemCipher.TypeLabel, typeCount, state, ItemCipher.Scratch);
            ulong length;
            int size;
            if (recordCount < typeAt + typeCount + 70 || !_client.MapTo(_to, _peer)
                || data[block] != 0x0A || data[block + 1] != 36 || !Bytes.Equal(data, block + 2, _peer, ItemCipher.ToId + 2, 36)
                || data[block + 38] != 0x12 || data[block + 39] != typeCount
                || !Bytes.Equal(data, block + typeAt, state, ItemCipher.Scratch, typeCount)
                || data[block + typeAt + typeCount] != 0x1A
                || (size = Varint.Read(data, block + typeAt + typeCount + 1, 2, out length)) <= 0)
            {
                return false;
            }

            int payload = block + typeAt + typeCount + 1 + size;
            int count = recordCount - (payload - block) - 66;
            if (count < 0 || length != (ulong)count || data[payload + count] != 0x2A
                || data[payload + count + 1] != CryptoProvider.SignatureBytes)
            {
                return false;
            }

            // what was signed takes the place of the key, which is in the peer id as well
            int begin = WriteSigned(ItemCipher.RecordLabel, ItemCipher.RecordCount, payload, count);
            return _client.Node.Crypto.Ed25519Verify(_peer, ItemCipher.ToId + 6, data, begin, payload + count - begin, data,
                payload + count + 2) && ReadRecord(payload, count);
        }

        private bool ReadRecord(int at, int count)
        {
            byte[] data = _table.Data;
            int end = at + count;
            ulong sequence = 0;
            uint until = 0;
            int number = 0;
            int key = 0;
            _reader.Reset((ulong)count);
            while (true)
            {
                ProtobufEvent found = _reader.Next(data, at, end - at);
                int field = _reader.Field;
                switch (found)
                {
                    case ProtobufEvent.Varint:
                        sequence = field == 1 ? _reader.Value : sequence;
                        number = field == 5 && _reader.Value < 256 ? (int)_reader.Value : number;
                        break;
                    case ProtobufEvent.Fixed:
                        until = field == 2 ? (uint)_reader.Value : until;
                        break;
                    case ProtobufEvent.BytesChunk:
                        key = field == 4 && _reader.Consumed == 32 ? at : key;
                        break;
                    case ProtobufEvent.EndOfMessage:
                        if (sequence < _record.Seq || sequence == 0)
                        {
                            return false;
                        }

                        _record.Seq = sequence;
                        _record.Until = until;
                        _record.Number = key > 0 ? number : 0;
                        if (key > 0)
                        {
                            Array.Copy(data, key, _record.Key, 0, 32);
                        }

                        return true;
                    case ProtobufEvent.Malformed:
                    case ProtobufEvent.NeedMore:
                        return false;
                }

                at += _reader.Consumed;
            }
        }
    }
}
