using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Sender
{
    /// <summary>
    /// What a device does beside taking mail: seals messages for others, deposits them and asks for their fate; signs its own record, with
    /// prekeys, and tokens for those that may write to it. It works in the memory of a <see cref="PostboxClient"/>, over its stream.
    /// </summary>
    /// <remarks>
    /// The client is added to its node first. Requests end in the client's PostboxEvents.OnEnd. PostboxSender.Sealing.cs seals,
    /// PostboxSender.Statements.cs signs and verifies (SPEC.md 5, 7).
    /// </remarks>
    public sealed partial class PostboxSender : PostboxRequest
    {
        private const int MaxTokenBytes = 256;

        private readonly PostboxClient _client;
        private readonly PostboxSenderOptions _options;
        private readonly OnceTable _table;
        private readonly ItemCipher _cipher;
        private readonly ProtobufReader _reader;
        private readonly byte[] _gateways;

        // the other peer's id and X25519 key, and a hash of the plaintext for it
        private readonly byte[] _peer = new byte[ItemCipher.ToBytes + CryptoProvider.Sha256Bytes];
        private int _asked;
        private uint _until;
        private int _fate;
        private ulong _proof;
        private PeerId _to;
        private byte[] _id;
        private DepositOptions _deposit;
        private MailboxRecord _record;

        /// <summary>Makes a sender beside a client that was added to its node.</summary>
        /// <param name="client">The client.</param>
        /// <param name="options">What it is told; not changed any more afterwards.</param>
        /// <exception cref="ArgumentException">The client was not added to a node, or an option is out of range; on .NET the message says
        /// which.</exception>
        public PostboxSender(PostboxClient client, PostboxSenderOptions options)
        {
            if (client.Cipher == null || (options.HedgeSecret != null && options.HedgeSecret.Length != CryptoProvider.KeyBytes))
            {
                throw new ArgumentException(client.Cipher == null ? NotAdded : BadSecret);
            }

            _client = client;
            _options = options;
            _table = client.Table;
            _cipher = client.Cipher;
            _reader = client.Reader;
            _gateways = EncodeGateways(options.Gateways);
        }

        /// <summary>Until when a deposit is kept, or the fate that was asked for, in Unix seconds.</summary>
        public uint KeptUntil
        {
            get { return _until; }
        }

        /// <summary>
        /// The fate that was asked for: 0 unknown, 1 waiting, 2 delivered, 3 refused, 4 unreadable, 5 late (which may have been delivered
        /// before), 6 replaced, 7 expired. The gateway's word, unless <see cref="IsProof"/>.
        /// </summary>
        public int Fate
        {
            get { return _fate; }
        }

        /// <summary>
        /// Makes this device's mailbox at a gateway, sets its bounds, and gives the gateway PostboxSenderOptions.Record.
        /// </summary>
        /// <param name="connection">An open connection to the gateway.</param>
        /// <returns>False when a request is under way, or the connection gives no stream.</returns>
        public bool Configure(Connection connection)
        {
            return Ask(connection, PostboxClient.AskConfigure);
        }

        /// <summary>Asks for a recipient's record.</summary>
        /// <param name="connection">An open connection to a gateway that the device's user has named.</param>
        /// <param name="to">The recipient.</param>
        /// <param name="record">Takes the record, if it is signed by the recipient and no older than what is there.</param>
        /// <returns>False when a request is under way, or the connection gives no stream.</returns>
        public bool Lookup(Connection connection, PeerId to, MailboxRecord record)
        {
            if (_client.IsBusy)
            {
                return false;
            }

            _to = to;
            _record = record;
            return Ask(connection, PostboxClient.AskLookup);
        }

        /// <summary>Deposits a sealed item, empties a slot, or leaves a token. <see cref="KeptUntil"/> tells how long it is kept.</summary>
        /// <param name="connection">An open connection to the gateway; null to deposit by a call, with <c>PostboxCalls</c>.</param>
        /// <param name="deposit">What to deposit; the client's until the request is over.</param>
        /// <returns>False when a request is under way, or the connection gives no stream.</returns>
        /// <exception cref="ArgumentException">The token is longer than 256 bytes, or the item is not within its array.</exception>
        public bool Deposit(Connection connection, DepositOptions deposit)
        {
            if (deposit.Token != null && deposit.Token.Length > MaxTokenBytes)
            {
                throw new ArgumentException(LongToken);
            }

            if (_client.IsBusy)
            {
                return false;
            }

            if (deposit.Item != null)
            {
                Bytes.Check(deposit.Item, deposit.Offset, deposit.Count);
            }

            _to = deposit.To;
            _deposit = deposit;
            Item = deposit.Item;
            ItemOffset = deposit.Offset;
            ItemCount = deposit.Count;
            return Ask(connection, PostboxClient.AskDeposit);
        }

        /// <summary>Asks for an item's fate: <see cref="Fate"/>.</summary>
        /// <param name="connection">An open connection to the gateway.</param>
        /// <param name="to">The recipient.</param>
        /// <param name="id">The item's SHA-256, 32 bytes; the client's until the request is over.</param>
        /// <returns>False when a request is under way, or the connection gives no stream.</returns>
        public bool Query(Connection connection, PeerId to, byte[] id)
        {
            if (_client.IsBusy)
            {
                return false;
            }

            _to = to;
            _id = id;
            return Ask(connection, PostboxClient.AskQuery);
        }

        /// <summary>Whether the fate that was asked for is the recipient's own answer (SPEC.md 5.6).</summary>
        /// <param name="proofKey">The 8 bytes that were sealed in.</param>
        public bool IsProof(byte[] proofKey)
        {
            int outcome = Fate - 2;
            if (outcome < OnceTable.Stored || outcome > OnceTable.TooLate)
            {
                return false;
            }

            _cipher.Prove(proofKey, 0, outcome, _cipher.State, ItemCipher.Scratch);
            return Bytes.ReadUInt64LittleEndian(_cipher.State, ItemCipher.Scratch) == _proof;
        }

        internal override int Write(byte[] buffer, int at)
        {
            if (_asked == PostboxClient.AskConfigure)
            {
                byte[] record = _options.Record;
                at = record == null ? at : ProtobufWriter.WriteBytes(1, record, 0, record.Length, buffer, at);
                at = _client.WriteNumber(3, _options.Work, at);
                at = _client.WriteNumber(4, _options.TokenEpoch, at);
                at = _client.WriteNumber(5, _client.Options.MaxItemBytes, at);
                return _client.WriteNumber(8, _options.MaxItems, at);
            }

            at = ProtobufWriter.WriteLength(1, _to.Length, buffer, at);
            at += _to.CopyTo(buffer, at);
            if (_asked == PostboxClient.AskQuery)
            {
                at = ProtobufWriter.WriteBytes(2, _id, 0, CryptoProvider.Sha256Bytes, buffer, at);
            }

            return _asked == PostboxClient.AskDeposit ? WriteDeposit(buffer, at) : at;
        }

        internal override void TakeNumber(int key, ulong value)
        {
            switch (key)
            {
                case 0x181:
                case 0x293:
                    _until = (uint)value;
                    break;
                case 0x291:
                    _fate = value < 8 ? (int)value : 0;
                    break;
                case 0x292:
                    _proof = value;
                    break;
            }
        }

        internal override int Take(int recordCount)
        {
            return _asked != PostboxClient.AskLookup || TakeRecord(recordCount) ? 0 : PostboxResult.RecordInvalid;
        }

        private bool Ask(Connection connection, int what)
        {
            if (_client.IsBusy)
            {
                return false;
            }

            _asked = what;
            _until = 0;
            _fate = 0;
            _proof = 0;
            if (what != PostboxClient.AskDeposit)
            {
                Item = null;
            }

            return _client.Begin(connection, what, this);
        }

        private int WriteDeposit(byte[] data, int at)
        {
            DepositOptions deposit = _deposit;
            at = _client.WriteNumber(2, deposit.Item == null && deposit.Slot == null ? 0 : deposit.Ttl, at);
            at = _client.WriteNumber(3, deposit.Priority, at);
            at = WriteFixed64(0x21, deposit.Slot, data, at);
            if (deposit.Token != null)
            {
                at = ProtobufWriter.WriteBytes(5, deposit.Token, 0, deposit.Token.Length, data, at);
            }

            return WriteFixed64(0x31, deposit.Work, data, at);
        }

        private static int WriteFixed64(byte tag, byte[] value, byte[] to, int at)
        {
            if (value == null)
            {
                return at;
            }

            to[at] = tag;
            Array.Copy(value, 0, to, at + 1, 8);
            return at + 9;
        }
    }
}
