using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host;

/// <summary>
/// One thread, one node, one poller, one mailbox. A connection, its streams and their state belong to one shard for ever; whatever crosses
/// is an <see cref="IShardWork"/> in the mailbox.
/// </summary>
/// <remarks>
/// <code>
///   round:  wait for the poller (not at all while there is work)
///        -> mailbox
///        -> open connections that have something to do, as many turns as there are of them: step, flush, streams that wait for room;
///           who has had least comes first, and after each long turn the poller and the mailbox are looked at
///        -> one connection that is still in the handshake, since a step of it costs some 0.2 ms
///        -> the protocols, when one is due
///        -> once a second, the deadlines of all connections
/// </code>
/// So a message costs what its own connection costs, however many there are beside it. Turns are dealt by start-time fair queueing (Goyal,
/// Vin and Cheng, SIGCOMM 1996): a connection's next turn begins, in a time that counts work done, when it has paid for those before. Who
/// has little to say has always paid, and a record's worth of work ahead of it; so it waits for the end of one turn, of at most a record or
/// a signature, however many flood.
/// </remarks>
internal sealed class Shard : NodeScheduler
{
    private const int MaxMail = 1024;
    private const int SweepMs = 1000;

    // what a turn costs beside the bytes that it moves, which count one each, and what a signature costs that is verified in it: all some
    // nanoseconds a byte
    private const int TurnCost = 4 * 1024;
    private const int SignatureCost = 64 * 1024;

    // by how much a connection that had little may be behind: so much it has before those that always have something
    private const int Credit = 64 * 1024;

    // work after which somebody else may have come meanwhile
    private const int LookCost = 32 * 1024;

    // connections that are ended for their memory in one round at the most
    private const int MaxRelief = 16;

    // times that a connection which has the shard to itself reads its link in one turn
    private const int MaxReads = 4;

    // what is still to be sent when the node ends gets so long to leave
    private const int LastWordsMs = 1000;

    // for peers to agree on protocols of streams that were written to the end before they did
    private const int AgreementMs = 4000;

    private readonly Libp2pNode _owner;
    private readonly Poller _poller;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<IShardWork> _mail = new();
    private readonly ClosingSockets _closing = new();
    private readonly PriorityQueue<ShardConnection, (long Start, long Order)> _open = new();
    private readonly Queue<ShardConnection> _handshakes = new();
    private readonly Queue<ShardConnection> _unidentified = new();
    private readonly ShardConnection?[] _connections;
    private readonly byte[] _scratch = new byte[512];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ShardConnection? _turn;
    private int _isAsleep;
    private int _load;
    private long _turns;

    // the time that counts work: the latest beginning of a turn; how many turns were asked for, and work since the last look around
    private long _clock;
    private long _order;
    private long _worked;
    private bool _isAskedAgain;
    private volatile bool _isStopping;
    private volatile bool _isOver;
    private bool _areProtocolsDue;
    private long _nextProtocols;
    private long _nextSweep;

    internal Shard(Libp2pNode owner, int index, Libp2pNodeOptions options, NodeOptions nodeOptions, Identity identity)
    {
        _owner = owner;
        Index = index;
        _poller = Poller.Create(options.Poller);
        Budget = new MemoryBudget(options.MemoryBytes / options.Shards);
        Node = new Node(nodeOptions, identity, options.Crypto(), new SystemRandom())
        {
            Events = new Listener(this),
            Scheduler = this,
            Transport = new BoundAddresses(),
        };
        Budget.Pool = Node.Buffers;
        Node.Ping.Events = new Pongs(this);
        Node.Identify.Events = new IdentifyReader(this, Node.Crypto);
        Node.Identify.Announcer = new Announcer(this);
        Streams = new HostProtocol(owner, this);
        Node.Add(Streams);
        Circuits = new CircuitProtocol(owner, this);
        Node.Add(Circuits);

        if (options.PubSub?.Leaf is { } leaf)
        {
            PubSub = new PubSubProtocol(leaf) { Events = new Messages(this) };
            if (options.Shards > 1)
            {
                PubSub.Sharing = new Sharing(this);
            }

            Node.Add(PubSub);
        }

        _connections = new ShardConnection?[Node.Connections.Length];
        _thread = new Thread(Loop) { Name = "nanoLibp2p shard " + index, IsBackground = true };
    }

    internal int Index { get; }

    internal Libp2pNode Owner => _owner;

    /// <summary>Its node; for its own thread.</summary>
    internal Node Node { get; }

    /// <summary>The application's streams; for its own thread.</summary>
    internal HostProtocol Streams { get; }

    /// <summary>Circuits through relays; for its own thread.</summary>
    internal CircuitProtocol Circuits { get; }

    /// <summary>The relay's part of it, as long as the node has been one; set on its own thread.</summary>
    internal HopProtocol? Hop { get; private set; }

    /// <summary>Hears of each turn, after it, on the shard's thread; null for nobody.</summary>
    internal Action<ShardConnection>? Turned { get; set; }

    /// <summary>What its sockets have moved. From any thread.</summary>
    internal Traffic Traffic { get; } = new();

    /// <summary>What all its connections may keep. From any thread.</summary>
    internal MemoryBudget Budget { get; }

    /// <summary>Pubsub as a leaf; for its own thread. Null when the node has none.</summary>
    internal PubSubProtocol? PubSub { get; }

    /// <summary>The router's streams; for its own thread. Null when the node has none.</summary>
    internal GossipProtocol? Gossip { get; private set; }

    /// <summary>Connections that it has, and sockets that are on their way to it. From any thread.</summary>
    internal int Load => Volatile.Read(ref _load);

    /// <summary>How often a connection had its turn. From any thread.</summary>
    internal long Turns => Volatile.Read(ref _turns);

    internal void Start() => _thread.Start();

    /// <summary>Adds the router's streams, before it starts.</summary>
    internal void Add(GossipHub hub)
    {
        Gossip = new GossipProtocol(hub, this);
        Node.Add(Gossip);
    }

    /// <summary>Has its thread do something. From any thread.</summary>
    internal void Post(IShardWork work)
    {
        _mail.Enqueue(work);
        if (Interlocked.Exchange(ref _isAsleep, 0) != 0)
        {
            _poller.Wake();
        }

        if (_isOver)
        {
            AbandonMail();
        }
    }

    /// <summary>Counts a socket that is about to be posted.</summary>
    internal void AddLoad() => Interlocked.Increment(ref _load);

    /// <summary>Takes one off: a connection that ended, or a socket that became none.</summary>
    internal void RemoveLoad() => Interlocked.Decrement(ref _load);

    /// <summary>Ends it: what is to be sent gets a second, connections are closed in order, and the thread ends.</summary>
    internal Task StopAsync()
    {
        _isStopping = true;
        Post(Nothing.Instance);
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _thread.Start();
        }

        return _ended.Task;
    }

    /// <summary>Frees what it has, where it was never started.</summary>
    internal void Discard() => _poller.Dispose();

    /// <summary>A link over a connected socket.</summary>
    internal SocketLink LinkOf(Socket socket) => new(socket, _poller, _scratch, Traffic, _closing);

    /// <summary>Takes a link on its way here. Null when the peer has left or there is no place for it: then nothing is left of
    /// it.</summary>
    /// <param name="source">The link.</param>
    /// <param name="expected">Who must be there; null for anybody.</param>
    /// <param name="dial">Who waits for it.</param>
    /// <param name="isInitiator">Whether we have the dialer's part in the handshake.</param>
    internal ShardConnection? Adopt(LinkSource source, PeerId? expected, DialRequest dial, bool isInitiator)
    {
        IShardLink? link = Open(source);
        Connection? connection = link == null ? null : Node.Connect(link, expected, isInitiator);
        return Begin(link, connection, dial, null);
    }

    /// <summary>Takes the link of a peer that called.</summary>
    internal void Adopt(LinkSource source, Caller caller)
    {
        IShardLink? link = Open(source);
        Connection? connection = link == null ? null : Node.Adopt(link);
        if (Begin(link, connection, null, caller) is { } one)
        {
            caller.Connection = one;
            if (caller.HasGivenWay)
            {
                one.CloseFor(CloseReason.GaveWay);
            }
        }
        else if (link == null || _isStopping)
        {
            _owner.EndCaller(caller);
        }
        else
        {
            _owner.OnNoPlace(caller);
        }
    }

    /// <summary>Its open connections, and whether each has a stream that its protocol would keep.</summary>
    internal (ShardConnection Connection, bool IsInUse)[] Open()
    {
        List<(ShardConnection, bool)> open = [];
        foreach (ShardConnection? one in _connections)
        {
            if (one is { End: null, Info: not null })
            {
                open.Add((one, one.Connection.HasKeptStream));
            }
        }

        return [.. open];
    }

    /// <summary>Has it relay, on its thread.</summary>
    internal bool AddHop(RelayService service)
    {
        if (Hop == null)
        {
            HopProtocol hop = new(this) { Service = service };
            Node.Add(hop);
            Hop = hop;
        }

        Hop.Service = service;
        return true;
    }

    internal ShardConnection? Find(Connection connection) => _connections[connection.Index];

    internal void Enqueue(ShardConnection connection)
    {
        if (connection == _turn)
        {
            // when it has paid for this one
            _isAskedAgain = true;
        }
        else if (connection.Connection.State is ConnectionState.Securing or ConnectionState.Handshaking or ConnectionState.Muxing)
        {
            _handshakes.Enqueue(connection);
        }
        else
        {
            _open.Enqueue(connection, (Math.Max(_clock - Credit, connection.Paid), _order++));
        }
    }

    /// <summary>Signatures of messages that were verified here, for which the connections pay in their turns; for its own thread.</summary>
    internal long Signatures { get; set; }

    /// <summary>Has a peer asked who it is, as soon as that can be.</summary>
    internal void Identify(ShardConnection connection) => _unidentified.Enqueue(connection);

    /// <summary>Tells all peers by identify push who this node is.</summary>
    internal bool TellWho()
    {
        foreach (ShardConnection? one in _connections)
        {
            if (one?.Info != null)
            {
                Node.Identify.PushSoon(one.Connection);
            }
        }

        PollProtocolsSoon();
        return true;
    }

    internal void PollProtocolsSoon() => _areProtocolsDue = true;

    /// <inheritdoc/>
    public override void OnWork(Connection connection)
    {
        ShardConnection? one = _connections[connection.Index];
        if (one != null && one == _turn)
        {
            one.HasMore = true;
        }
        else
        {
            one?.Schedule();
        }
    }

    internal Libp2pException ReasonOf(Connection connection, CloseReason reason, int detail)
        => new(Libp2pError.ConnectionClosed, connection.RemotePeer, "the connection ended: " + CloseText.Describe(reason, detail,
            Node.Options) + WhyBroken(connection, reason), reason, detail);

    // what a relay says of the end of a circuit, such as that it has had its time or its bytes
    private string WhyBroken(Connection connection, CloseReason reason)
        => reason is CloseReason.LinkFailed or CloseReason.Remote && Find(connection)?.Link is CircuitLink { WhyBroken: { } why }
            ? $"; the relay broke the circuit off: {why}" : "";

    private IShardLink? Open(LinkSource source)
    {
        if (!_isStopping)
        {
            return source.Open(this);
        }

        source.Discard();
        return null;
    }

    private ShardConnection? Begin(IShardLink? link, Connection? connection, DialRequest? dial, Caller? caller)
    {
        if (link == null || connection == null)
        {
            link?.Close();
            RemoveLoad();
            return null;
        }

        ShardConnection one = new(this, connection, link, dial) { Caller = caller };
        _connections[connection.Index] = one;
        one.Schedule();
        return one;
    }

    private void Loop()
    {
        try
        {
            while (!_isStopping)
            {
                Round();
            }

            // a peer that has all that was written loses it with the connection, unless it hears of the end
            RoundsWhile(HasUnsent, LastWordsMs);
            RoundsWhile(() => Array.Exists(_connections, one => one?.OwedEnds > 0), AgreementMs);
            RoundsWhile(HasUnsent, LastWordsMs);
            foreach (ShardConnection? one in _connections)
            {
                one?.Connection.Close(CloseReason.ShuttingDown, 0);
            }

            Node.Close();
        }
        catch (Exception e)
        {
            _owner.Fail(e);
            foreach (ShardConnection? one in _connections)
            {
                one?.Link.Close();
            }
        }

        _isOver = true;
        AbandonMail();
        foreach (ShardConnection? one in _connections)
        {
            if (one != null)
            {
                Forget(one, Libp2pException.NodeClosed());
            }
        }

        _poller.Dispose();
        _ = EndAsync();
    }

    private async Task EndAsync()
    {
        // twice: a send that was under way is over before its socket is closed
        await _closing.WaitAsync().ConfigureAwait(false);
        await _closing.WaitAsync().ConfigureAwait(false);
        _ended.TrySetResult();
    }

    private void RoundsWhile(Func<bool> isNeeded, int milliseconds)
    {
        long end = Environment.TickCount64 + milliseconds;
        while (isNeeded() && Environment.TickCount64 < end)
        {
            Round();
        }
    }

    private void Round()
    {
        int wait = TimeToWait();
        if (wait > 0)
        {
            // nobody waits for it now
            Node.Prepare();
            Volatile.Write(ref _isAsleep, 1);
            Interlocked.MemoryBarrier();
            if (!_mail.IsEmpty)
            {
                wait = 0;
            }
        }

        _poller.Wait(wait);
        Volatile.Write(ref _isAsleep, 0);
        long nowMs = Node.Advance(Environment.TickCount64);
        ReadMail();
        for (int i = _open.Count; i > 0 && _open.TryDequeue(out ShardConnection? one, out (long Start, long Order) place); i--)
        {
            _clock = Math.Max(_clock, place.Start);
            Turn(one);
            if (_worked >= LookCost)
            {
                _worked = 0;
                _poller.Wait(0);
                ReadMail();
            }
        }

        if (_handshakes.TryDequeue(out ShardConnection? handshake))
        {
            Turn(handshake);
        }

        AskWho();
        if (Budget.IsExceeded)
        {
            Relieve();
        }

        if (_areProtocolsDue || nowMs >= _nextProtocols || PubSub is { HasWork: true })
        {
            _areProtocolsDue = false;
            _nextProtocols = Math.Min(Node.PollProtocols(), nowMs + SweepMs);
        }

        if (nowMs >= _nextSweep)
        {
            Sweep(nowMs);
        }
    }

    private void ReadMail()
    {
        for (int i = 0; i < MaxMail && _mail.TryDequeue(out IShardWork? work); i++)
        {
            work.Run(this);
        }
    }

    // until one can't be asked, since its streams or the node's readings are in use: it and the others wait for the next round
    private void AskWho()
    {
        while (_unidentified.TryDequeue(out ShardConnection? one))
        {
            if (one.End == null && !one.AskWho())
            {
                _unidentified.Enqueue(one);
                return;
            }
        }
    }

    // who keeps the most gives it up, until the others have what is theirs
    private void Relieve()
    {
        // before anybody is closed: messages that are kept for peers who may ask
        while (Index == 0 && Budget.IsExceeded && Gossip?.Relieve() == true)
        {
        }

        for (int i = 0; i < MaxRelief && Budget.IsExceeded; i++)
        {
            ShardConnection? greediest = null;
            long most = 0;
            foreach (ShardConnection? one in _connections)
            {
                if (one != null && one.KeptBytes > most)
                {
                    greediest = one;
                    most = one.KeptBytes;
                }
            }

            if (greediest == null)
            {
                return;
            }

            greediest.Connection.Close(CloseReason.MemoryExceeded, (int)(most / 1024));
            Turn(greediest);
        }
    }

    private void Turn(ShardConnection connection)
    {
        _turns++;
        _turn = connection;
        _isAskedAgain = false;
        long bytes = Traffic.Received + Traffic.Sent;
        long signatures = Signatures;

        // beside others a turn is one record long, also where none of them is known to wait: only the next look at the poller tells
        Node.ReadsPerStep = Load > 1 ? 1 : MaxReads;
        connection.Turn();
        _turn = null;
        long cost = TurnCost + Traffic.Received + Traffic.Sent - bytes + ((Signatures - signatures) * SignatureCost);
        connection.Paid = Math.Max(_clock - Credit, connection.Paid) + cost;
        _worked += cost;
        if (_isAskedAgain)
        {
            Enqueue(connection);
        }

        Turned?.Invoke(connection);
    }

    private int TimeToWait()
    {
        if (_open.Count + _handshakes.Count > 0 || !_mail.IsEmpty || _areProtocolsDue || PubSub is { HasWork: true })
        {
            return 0;
        }

        long next = Math.Min(_nextSweep, _nextProtocols) - Node.NowMs;
        return (int)Math.Clamp(next, 0, SweepMs);
    }

    private void Sweep(long nowMs)
    {
        _nextSweep = nowMs + SweepMs;
        if (Index == 0)
        {
            _owner.TrimSoon();
        }

        foreach (ShardConnection? one in _connections)
        {
            if (one != null && one.Connection.NextDeadline <= nowMs)
            {
                one.Schedule();
            }

            if (one is { HasDuplicate: true, Info: not null })
            {
                one.LookAtPubSub();
                _owner.Settle(one, nowMs);
            }
        }
    }

    private bool HasUnsent()
    {
        foreach (ShardConnection? one in _connections)
        {
            if (one != null && one.HasUnsent)
            {
                return true;
            }
        }

        return !_mail.IsEmpty;
    }

    private void AbandonMail()
    {
        while (_mail.TryDequeue(out IShardWork? work))
        {
            work.Abandon();
        }
    }

    private void Forget(ShardConnection one, Libp2pException why)
    {
        _connections[one.Connection.Index] = null;
        one.End = why;
        one.Held.End();
        if (one.Caller != null)
        {
            _owner.EndCaller(one.Caller);
        }

        one.Closed();
        _owner.OnClosed(one);
        RemoveLoad();
    }

    private sealed class Nothing : IShardWork
    {
        internal static readonly Nothing Instance = new();

        public void Run(Shard shard)
        {
        }

        public void Abandon()
        {
        }
    }

    private sealed class Announcer(Shard shard) : IdentifyAnnouncer
    {
        // those that were told last, of each kind of peers
        private readonly List<(Announcement Of, IdentifyAnnouncement Made)> _made = [];

        public override IdentifyAnnouncement For(Connection connection)
        {
            Announcement wanted = shard._owner.AnnouncementFor(shard.Find(connection)?.Link.RemoteAddress);
            foreach ((Announcement of, IdentifyAnnouncement made) in _made)
            {
                if (of == wanted)
                {
                    return made;
                }
            }

            if (_made.Count == LocalAddresses.Kinds)
            {
                _made.RemoveAt(0);
            }

            IdentifyAnnouncement anew = new(wanted.Addresses, wanted.RecordBytes);
            _made.Add((wanted, anew));
            return anew;
        }

        public override void OnTelling(Connection connection, bool isPush) => shard._owner.CountIdentify(isPush, isSent: true);
    }

    private sealed class Listener(Shard shard) : NodeEvents
    {
        public override void OnStreamRefused(Connection connection, Libp2pStream? stream, StreamRefusal refusal)
        {
            if (shard._connections[connection.Index] is { } one)
            {
                shard._owner.OnStreamRefused(one, stream?.IsOutbound == true, refusal);
            }
        }

        public override void OnConnected(Connection connection)
        {
            ShardConnection one = shard._connections[connection.Index]!;
            one.Peer = connection.RemotePeer;
            if (!shard._owner.Admits(one, out CloseReason reason))
            {
                one.IsTurnedAway = true;
                connection.Close(reason, reason == CloseReason.ConnectionLimit ? shard._owner.ConnectionsPerHost : 0);
                return;
            }

            one.IsProtected = shard._owner.ConnectionManager.IsProtected(one.Peer);
            one.Info = shard._owner.Describe(one);
            shard.Identify(one);
            shard.PollProtocolsSoon();
            shard._owner.OnConnected(one);
        }

        public override void OnClosed(Connection connection)
        {
            ShardConnection? one = shard._connections[connection.Index];
            if (one != null)
            {
                shard.PollProtocolsSoon();
                shard.Forget(one, shard.ReasonOf(connection, connection.CloseReason, connection.CloseDetail));
            }
        }
    }

    private sealed class Messages(Shard shard) : PubSubEvents
    {
        public override void OnMessage(Topic topic, PubSubMessage message)
            => shard._owner.Deliver(Encoding.Latin1.GetString(topic.Utf8Name), new TopicMessage(
                Encoding.UTF8.GetString(topic.Utf8Name), message.CopyData(), message.CopyFrom(), message.SequenceNumber,
                message.ReceivedFrom.RemotePeer));
    }

    private sealed class Sharing(Shard shard) : PubSubSharing
    {
        public override void OnAccepted(SharedMessage message) => shard._owner.Share(shard, message);
    }

    private sealed class Pongs(Shard shard) : PingEvents
    {
        public override void OnPong(Connection connection) => shard.Find(connection)?.EndPing(null);

        public override void OnPingFailed(Connection connection)
        {
            ShardConnection? one = shard.Find(connection);
            one?.EndPing(one.EndUnderWay() ?? Libp2pException.For(Libp2pError.StreamReset, one.Peer,
                "the peer does not answer pings: it refused the protocol, sent other bytes back, or took too long"));
        }
    }
}
