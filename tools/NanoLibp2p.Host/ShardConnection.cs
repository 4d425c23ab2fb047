using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>One peer's turn on a connection of a shard. The shard's thread alone uses what is not said to be for all.</summary>
internal sealed class ShardConnection
{
    // signed records of the peer that are verified at once, and how long until one more is
    private const int MaxRecordChecks = 4;
    private const int RecordPauseMs = 10_000;

    // one pump and one flush of each waiting stream, so often in one turn: then the others have theirs
    private const int MaxPumps = 8;

    // null until there is one: of thousands of connections few ever have
    private Queue<PeerStream>? _waiting;
    private Queue<PingRequest>? _pings;
    private List<IdentifyRequest>? _identifying;

    // by RefusalReason, those of its streams that were told
    private int _refusals;

    private int _recordChecks;
    private long _recordMs;
    private bool _isBlocked;
    private bool _isQueued;
    private volatile bool _hasDuplicate;
    private volatile bool _isPubSubWhole;
    private volatile bool _isIdentified;
    private int _handlers;

    internal ShardConnection(Shard shard, Connection connection, IShardLink link, DialRequest? dial)
    {
        Shard = shard;
        Connection = connection;
        Link = link;
        Dial = dial;
        Held = new HeldBytes(shard.Budget);
        Begun = Stopwatch.GetTimestamp();
        link.Owner = this;
    }

    /// <summary>Where it lives. For all threads.</summary>
    internal Shard Shard { get; }

    internal Connection Connection { get; }

    internal IShardLink Link { get; }

    /// <summary>How its peer is counted, where it called us; null for who was dialled.</summary>
    internal Caller? Caller { get; init; }

    /// <summary>Whether it was turned away when its peer had proved who it is: told already.</summary>
    internal bool IsTurnedAway { get; set; }

    /// <summary>Whether it never gives its place to another.</summary>
    internal bool IsProtected
    {
        get => End == null && Connection.IsProtected;
        set => Connection.IsProtected = End == null ? value : Connection.IsProtected;
    }

    /// <summary>When there was a link, in ticks of Stopwatch. For all threads.</summary>
    internal long Begun { get; }

    /// <summary>What its streams keep. For all threads.</summary>
    internal HeldBytes Held { get; }

    /// <summary>All bytes that it keeps: its buffers, and what its link and pubsub have for it, with them.</summary>
    internal long KeptBytes => Connection.RentedBytes + Held.Bytes + Link.KeptBytes + (Shard.Gossip?.KeptOn(Connection) ?? 0);

    /// <summary>Who waits for it; null once it is open, and for a peer that called.</summary>
    internal DialRequest? Dial { get; set; }

    /// <summary>What the application knows of it, once it is open. For all threads.</summary>
    internal PeerConnection? Info { get; set; }

    /// <summary>Whether the peer was asked who it is, and has not answered yet.</summary>
    internal bool IsIdentifying { get; private set; }

    /// <summary>Who is at the other end, once it is open. For all threads.</summary>
    internal PeerId? Peer { get; set; }

    /// <summary>Whether the peer has said on this connection who it is. For all threads.</summary>
    internal bool IsIdentified
    {
        get => _isIdentified;
        private set => _isIdentified = value;
    }

    /// <summary>Why it ended; null while it lives. For all threads.</summary>
    internal Libp2pException? End { get; set; }

    /// <summary>Whether the peer has, or had not long ago, another connection. For all threads.</summary>
    internal bool HasDuplicate
    {
        get => _hasDuplicate;
        set => _hasDuplicate = value;
    }

    /// <summary>Whether the peer hears us by pubsub on this connection and tells us by it, as it was a second ago. For all
    /// threads.</summary>
    internal bool IsPubSubWhole => _isPubSubWhole;

    /// <summary>While there is a duplicate: since when this one has no stream, in the node's milliseconds.</summary>
    internal long IdleSince { get; set; }

    /// <summary>By how much longer than who dialled it we wait before we close it as one too many; 0 when not drawn yet.</summary>
    internal double Patience { get; set; }

    /// <summary>True when a stream has something to write that found no room.</summary>
    internal bool HasWaiting => _waiting is { Count: > 0 };

    /// <summary>True when it has something to send that can't leave at once.</summary>
    internal bool HasUnsent => HasWaiting || Connection.HasUnsent;

    /// <summary>Streams whose end leaves once the peer has agreed on their protocol.</summary>
    internal int OwedEnds { get; set; }

    // whether the peer hears us by pubsub on this connection, and tells us by it
    private bool HearsUs => Shard.PubSub?.StreamIdOf(Connection) > 0 || Shard.Gossip?.HearsOn(Connection) == true;

    private bool TellsUs => Shard.PubSub?.IsToldBy(Connection) == true || Shard.Gossip?.TellsOn(Connection) == true;

    /// <summary>Told in its own turn that there is work: a flush that stopped, so that others have their turn, with more to
    /// send.</summary>
    internal bool HasMore { get; set; }

    /// <summary>Up to where its turns are paid for, in the shard's time that counts work.</summary>
    internal long Paid { get; set; }

    internal void OnReady() => Schedule();

    /// <summary>Has it take its turn soon; told often, it takes one.</summary>
    internal void Schedule()
    {
        if (!_isQueued && End == null)
        {
            _isQueued = true;
            Shard.Enqueue(this);
        }
    }

    /// <summary>Its turn: what has arrived goes to the streams, what they have to say goes out.</summary>
    internal void Turn()
    {
        _isQueued = false;
        if (End != null)
        {
            return;
        }

        bool moved = Connection.Step();
        HasMore = false;
        moved |= Connection.Flush();
        if (Caller is { IsSilent: true } && !Connection.IsSilent)
        {
            Caller.IsSilent = false;
        }

        bool written = true;
        for (int i = 0; i < MaxPumps && written && HasWaiting && End == null; i++)
        {
            // also when nothing was written: a stream that tries tells of work, which counts as told until a step or flush
            written = Pump();
            HasMore = false;
            moved |= Connection.Flush();
        }

        if (End != null)
        {
            return;
        }

        bool isBlocked = Connection.HasUnsent;
        if (_isBlocked && !isBlocked)
        {
            // an answer of a protocol may have waited for the room
            Shard.PollProtocolsSoon();
        }

        _isBlocked = isBlocked;
        bool canRead = Link.IsReadable && Connection.WantsRead;
        bool canWrite = HasWaiting && moved && !Link.IsWriteBlocked;
        if (canRead || canWrite || HasMore || (moved && Connection.HasUnread) || Connection.State == ConnectionState.Ending)
        {
            Schedule();
        }
    }

    /// <summary>Ends it for a reason, of which its peer is told, unless it has ended.</summary>
    internal void CloseFor(CloseReason reason, int detail = 0)
    {
        if (End == null)
        {
            Connection.Close(reason, detail);
            Turn();
        }
    }

    /// <summary>Counts a handler of one of its streams. From any thread.</summary>
    /// <returns>False when there are as many at work as may be: it is not counted then.</returns>
    internal bool BeginHandler(int most)
    {
        if (Interlocked.Increment(ref _handlers) <= most)
        {
            return true;
        }

        EndHandler();
        return false;
    }

    internal void EndHandler() => Interlocked.Decrement(ref _handlers);

    /// <summary>A stream has more to write than there is room.</summary>
    internal void AddWaiting(PeerStream stream) => (_waiting ??= new()).Enqueue(stream);

    /// <summary>Asks for a ping, after those that were asked for before.</summary>
    internal void Add(PingRequest ping)
    {
        (_pings ??= new()).Enqueue(ping);
        if (_pings.Count == 1)
        {
            SendPing();
        }
    }

    /// <summary>The ping under way is over.</summary>
    /// <param name="error">Why it failed; null when it was answered.</param>
    internal void EndPing(Libp2pException? error)
    {
        if (_pings != null && _pings.TryDequeue(out PingRequest? ping))
        {
            ping.End(error);
            SendPing();
        }
    }

    /// <summary>Asks the peer who it is, unless that is under way. False when it can't be asked now.</summary>
    internal bool AskWho()
    {
        IsIdentifying = IsIdentifying || Shard.Node.Identify.Ask(Connection);
        return IsIdentifying;
    }

    /// <summary>Waits for what the peer says of itself.</summary>
    internal void Add(IdentifyRequest request)
    {
        _identifying ??= [];
        _identifying.Add(request);
        if (!IsIdentifying)
        {
            Shard.Identify(this);
        }
    }

    /// <summary>The peer has said who it is; null when it has not, though asked.</summary>
    internal void EndIdentify(PeerIdentification? said)
    {
        IsIdentifying = false;
        IsIdentified |= said != null;
        if (_identifying == null)
        {
            return;
        }

        Libp2pException? why = said != null ? null : End ?? EndUnderWay() ?? Libp2pException.For(Libp2pError.StreamReset, Peer,
            "the peer does not say who it is: it refused identify, its answer made no sense, or it took too long");
        foreach (IdentifyRequest request in _identifying)
        {
            request.End(said, why);
        }

        _identifying = null;
    }

    /// <summary>Once a second, while the peer has another connection: notes what pubsub does on this one.</summary>
    internal void LookAtPubSub()
    {
        _isPubSubWhole = HearsUs && TellsUs;
    }

    /// <summary>Whether it has no stream that would be missed, when another connection to the same peer is used.</summary>
    internal bool IsIdleBeside(ShardConnection used)
    {
        int hears = HearsUs ? 1 : 0;
        int tells = TellsUs ? 1 : 0;

        // on one shard pubsub itself moves to the connection that is left, and from a relayed one the router's to a direct one of any shard
        bool isPubSubSpare = hears + tells == 0 || used.Shard == Shard || (_isPubSubWhole && used.IsPubSubWhole)
            || (Shard.Gossip != null && !RelayService.IsDirect(this) && RelayService.IsDirect(used));
        return isPubSubSpare && Connection.OpenStreams <= hears + tells && !HasUnsent;
    }

    /// <summary>Whether one more signature of this peer's records is worth the while: a few at once, and then one now and then.</summary>
    internal bool MayCheckRecord(long nowMs)
    {
        int over = (int)Math.Min(_recordChecks, (nowMs - _recordMs) / RecordPauseMs);
        if (over > 0 || _recordChecks == 0)
        {
            _recordChecks -= over;
            _recordMs = nowMs;
        }

        if (_recordChecks == MaxRecordChecks)
        {
            return false;
        }

        _recordChecks++;
        return true;
    }

    /// <summary>Whether a stream of it that was refused is told of: the first for each reason, as a peer can open them
    /// without end.</summary>
    internal bool IsFirstRefusal(RefusalReason reason)
    {
        int bit = 1 << (int)reason;
        bool isFirst = (_refusals & bit) == 0;
        _refusals |= bit;
        return isFirst;
    }

    /// <summary>Ends it, when the dial that wanted it is given up and it did not open before.</summary>
    internal void CloseUnlessOpened(DialRequest dial)
    {
        if (End == null && Dial == dial)
        {
            Connection.Close();
        }
    }

    /// <summary>It has ended, and why is in <see cref="End"/>.</summary>
    internal void Closed()
    {
        _waiting?.Clear();
        while (_pings != null && _pings.TryDequeue(out PingRequest? ping))
        {
            ping.End(End);
        }

        EndIdentify(null);
    }

    /// <summary>Why a stream of it was broken off, while the connection's own end may not be told yet.</summary>
    internal Libp2pException? EndUnderWay()
    {
        CloseReason reason = Connection.CloseReason;
        return reason != CloseReason.None ? Shard.ReasonOf(Connection, reason, Connection.CloseDetail)
            : Link.Error != LinkError.None ? Shard.ReasonOf(Connection, CloseReason.LinkFailed, (int)Link.Error)
            : null;
    }

    private void SendPing()
    {
        while (_pings!.TryPeek(out PingRequest? ping))
        {
            ping.Begin();
            if (Shard.Node.Ping.Send(Connection))
            {
                return;
            }

            _pings.Dequeue();
            ping.End(Libp2pException.For(Libp2pError.TooManyStreams, Peer,
                "no ping could be sent: the connection has no room, or as many streams as it may have"));
        }
    }

    // true when a stream has written something
    private bool Pump()
    {
        bool written = false;
        for (int i = _waiting?.Count ?? 0; i > 0; i--)
        {
            written |= _waiting!.Dequeue().PumpAgain();
        }

        return written;
    }
}
