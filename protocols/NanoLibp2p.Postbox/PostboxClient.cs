using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox
{
    /// <summary>
    /// A postbox client (SPEC.md): takes the mail that a gateway has kept for this device, each message once. All memory is taken in the
    /// constructor and when it is added to a node.
    /// </summary>
    /// <remarks>
    /// One request at a time, over a connection that is open already. A sync goes on until nothing waits, and each of its steps is one
    /// request and its reply:
    /// <code>
    ///   Sync --items came along--> each is opened, judged, stored, handed on --> Sync, with the acknowledgements --nothing waits--> OnEnd
    ///     '--the first is longer than the budget--> Fetch, from where it stopped ----^
    /// </code>
    /// What is acknowledged has been stored before. PostboxClient.Writing.cs asks, PostboxClient.Reading.cs reads the replies,
    /// PostboxClient.Items.cs opens and judges (SPEC.md 6). PostboxCalls takes mail over a frame session. Sealing and
    /// depositing is PostboxSender's.
    /// </remarks>
    public sealed partial class PostboxClient : StreamProtocol
    {
        // fields of Request that are requests: what is asked, and what the application has asked for
        internal const int AskNothing = 0;
        internal const int AskDeposit = 2;
        internal const int AskQuery = 3;
        internal const int AskSync = 4;
        internal const int AskFetch = 5;
        internal const int AskConfigure = 6;
        internal const int AskLookup = 7;

        // no fields of Request, and nothing of a stream: PostboxCalls has mail's call under way, or from here on a request's
        internal const int AskMail = 32;

        // places in Told
        internal const int Serial = 0;
        private const int Code = 1;
        private const int Attached = 2;
        private const int PieceOffset = 3;
        private const int PieceSize = 4;
        private const int EntrySize = 5;
        private const int RecordSize = 6;
        private const int Parts = 7;
        private const int KeptAfterReply = 8;
        internal const int Retry = 8;
        internal const int Wait = 9;
        private const int Due = 10;
        internal const int Rounds = 11;
        private const int KeptAfterRequest = 12;
        internal const int Now = 12;
        private const int ToldCount = 13;

        internal const int NotEnding = 1;

        // a deadline that the next Poll sets: what is begun between two polls knows no better time than that of the last
        private const long NotStarted = -1;

        internal readonly OnceTable Table;
        internal ItemCipher Cipher;

        internal readonly PostboxOptions Options;
        internal readonly PostboxEvents Events;
        private readonly string[] _names;
        private readonly Mail _mail = new Mail();
        internal readonly ProtobufReader Reader = new ProtobufReader();

        // numbers of the reply under way, of the request, and those that the application may ask for; at the places above. An element takes
        // a third of what a field does.
        internal readonly uint[] Told = new uint[ToldCount];
        private int _protocol;
        private Libp2pStream _stream;
        internal uint SerialNow;

        // what is asked now; AskNothing when no request is under way
        internal int Asked;
        internal int Ending = NotEnding;
        private long _deadline;

        // the gateway's number, which nobody can choose: from its id and the table's secret
        internal uint Gateway;

        /// <summary>Makes a client; Node.Add takes the rest of its memory, and reads the store.</summary>
        /// <param name="options">Its sizes and what it is told; not changed any more afterwards.</param>
        /// <param name="store">Keeps what must outlive a restart, under <c>mail</c> and, of long items, <c>mail-0</c> and so on.</param>
        /// <param name="events">Takes the mail.</param>
        /// <exception cref="ArgumentException">An option is out of range; on .NET the message says which, and the range.</exception>
        public PostboxClient(PostboxOptions options, IStore store, PostboxEvents events)
        {
            options.Check();
            Options = options;
            Events = events;
            Table = new OnceTable(store, options.TableEntries);
            int blocks = options.MaxItemBytes <= ItemCipher.FirstBytes ? 0
                : 1 + ((options.MaxItemBytes - ItemCipher.FirstBytes + ItemCipher.ChunkBytes - 1) / ItemCipher.ChunkBytes);
            _names = new string[blocks];
            for (int i = 0; i < blocks; i++)
            {
                _names[i] = OnceTable.StoreName + "-" + i.ToString();
            }
        }

        /// <summary>True while a request is under way.</summary>
        public bool IsBusy
        {
            get { return Asked != AskNothing; }
        }

        /// <summary>Items that wait, as the gateway said last.</summary>
        public int Waiting
        {
            get { return (int)(Told[Wait] & 0x7FFFFFFFu); }
        }

        /// <summary>Seconds after which a request that was refused with a code of 500 or more may be repeated.</summary>
        public int RetrySeconds
        {
            get { return (int)(Told[Retry] & 0x7FFFFFFFu); }
        }

        /// <summary>The gateway's clock, in Unix seconds, as it said last; 0 before.</summary>
        public uint GatewayTime
        {
            get { return Told[Now]; }
        }

        /// <summary>
        /// Asks a gateway for the mail that waits there, and takes it. With nothing there it is one request of 10 bytes and a reply of 10.
        /// </summary>
        /// <param name="connection">An open connection to the gateway.</param>
        /// <returns>False when a request is under way, or the connection gives no stream.</returns>
        public bool Sync(Connection connection)
        {
            return Begin(connection, AskSync, null);
        }

        /// <summary>Takes memory for the cipher, and reads the store.</summary>
        /// <exception cref="InvalidOperationException">What the store has under <c>mail</c> is damaged, or is of a larger table or longer
        /// items; it was left as it is. Or the store took no write.</exception>
        protected override void Register(Node node)
        {
            _protocol = node.RegisterProtocol(PostboxOptions.ProtocolId, this, false);
            Cipher = new ItemCipher(node.Crypto, node.Identity);

            // what every id of version 1 begins with
            node.Identity.PeerId.CopyTo(_mail.Sender, 0);
            int loaded = Table.Load();
            if (loaded < 0 || Table.Data[OnceTable.Pieces] > _names.Length)
            {
                throw new InvalidOperationException(Damaged);
            }

            if (loaded == 0)
            {
                node.Random.Fill(Table.Data, OnceTable.Secret, OnceTable.SecretBytes);
                Table.IsDirty = true;
            }

            uint[] hashes = new uint[Options.Latest.Length];
            for (int i = 0; i < hashes.Length; i++)
            {
                hashes[i] = HashOf(0, Options.Latest[i], 0, Options.Latest[i].Length);
            }

            Table.Declare(hashes);
            hashes = new uint[Options.Known.Length];
            byte[] known = new byte[ItemCipher.ToBytes];
            for (int i = 0; i < hashes.Length; i++)
            {
                MapTo(Options.Known[i], known);
                hashes[i] = HashOf(OnceTable.SecretBytes, known, ItemCipher.To, 32);
            }

            Table.Know(hashes);

            // a later write that fails goes back to what the store has
            if (!Table.Save())
            {
                throw new InvalidOperationException(NotStored);
            }
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            HandOnStored();
            if (!IsBusy || Asked >= AskMail)
            {
                return long.MaxValue;
            }

            if (Ending == NotEnding)
            {
                if (_deadline == NotStarted)
                {
                    _deadline = nowMs + Options.ReplyTimeoutMs;
                }

                if (nowMs < _deadline)
                {
                    Write();
                    return _deadline;
                }

                End(PostboxResult.NoAnswer);
            }

            int code = Ending;
            if (!Table.Save())
            {
                code = PostboxResult.StoreFailed;
            }

            Release(code);
            Events.OnEnd(this, code);
            return IsBusy ? nowMs : long.MaxValue;
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            if (stream != _stream)
            {
                return count;
            }

            // what is behind the reply that ends a request comes again after the next Poll: a hint, for one
            int result = Receive(buffer, offset, count);
            if (result < 0)
            {
                End(result);
                return count;
            }

            return result;
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            stream.CloseWrite();
            OnClosed(stream, false);
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            if (stream == _stream)
            {
                _stream = null;
                End(PostboxResult.NoAnswer);
            }
        }

        internal bool Begin(Connection connection, int what, PostboxRequest request)
        {
            if (IsBusy)
            {
                return false;
            }

            HandOnStored();
            if (_stream != null && _stream.Connection != connection)
            {
                Release(PostboxResult.NoAnswer);
            }

            if (connection == null)
            {
                // by a call
                Request = request;
                Asked = AskMail + what;
                return true;
            }

            if (_stream == null)
            {
                _stream = connection.OpenStream(this, _protocol);
                if (_stream == null)
                {
                    return false;
                }

                SerialNow = 0;
                BeginReply();
            }

            Begin(connection.RemoteId, connection.RemoteIdCount, what, request);
            return true;
        }

        private void Begin(byte[] id, int count, int what, PostboxRequest request)
        {
            // an item half received is the gateway's that sent its beginning
            uint gateway = HashOf(OnceTable.SecretBytes, id, 0, count);
            if (gateway != Gateway)
            {
                Item = 0;
                Gateway = gateway;
            }

            Array.Clear(Told, KeptAfterReply, KeptAfterRequest - KeptAfterReply);
            Request = request;
            Ending = NotEnding;
            Wanted = 0;
            Left = 0;
            Unreadable = 0;
            Ask(what == AskSync && Item != 0 ? AskFetch : what);
        }

        // The end is told in the next Poll; of a stream that is only followed, not at all.
        internal void End(int code)
        {
            if (!IsBusy)
            {
                Release(code);
            }
            else if (Ending == NotEnding)
            {
                Ending = code;
            }
        }

        private void Release(int code)
        {
            Libp2pStream stream = _stream;
            Asked = AskNothing;
            Ending = NotEnding;
            Request = null;
            if (stream == null || (Options.Follows && code == 0))
            {
                return;
            }

            _stream = null;
            if (code < 0)
            {
                stream.Reset();
            }
            else
            {
                stream.CloseWrite();
            }
        }
    }
}
