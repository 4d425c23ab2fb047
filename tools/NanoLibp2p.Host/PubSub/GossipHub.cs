using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// What stands between the router, which lives on shard 0, and all shards: what peers say comes here in pieces, what the router says goes
/// to the shard that has the peer. Members that are not said to be for all threads are of shard 0's.
/// </summary>
internal sealed class GossipHub : IGossipOutput
{
    // addresses of peers that others have named are kept so long
    private static readonly TimeSpan _exchangeLife = TimeSpan.FromMinutes(10);

    // a few may have been overtaken on the way
    private const int ManyOldMessages = 5;

    // of the memory budget: for messages that are kept, of the first shard's; for ids of messages, of each shard's
    private const int BudgetShare = 4;

    private readonly Libp2pNode _owner;
    private readonly GossipRouter _router;
    private readonly Shard[] _shards;
    private readonly SendWork[] _out;
    private readonly ConcurrentDictionary<string, bool> _joined = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Func<TopicMessage, CancellationToken, ValueTask<GossipVerdict>>> _validators
        = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<GossipBatch> _batches = [];
    private readonly ConcurrentBag<SendWork> _sends = [];
    private readonly CancellationTokenSource _stopping = new();
    private int _validating;
    private int _dials;
    private ulong _sequence;
    private ulong _sent;
    private long _queueFull;
    private int _isApplying;

    internal GossipHub(Libp2pNode owner, GossipSubOptions options, Shard[] shards)
    {
        _owner = owner;
        _shards = shards;
        Options = options;
        Hash = new IdHash(new SystemRandom());
        Seen = new SeenIds((int)Math.Min(options.SeenMessages, shards.Sum(one => one.Budget.Bytes) / BudgetShare / SeenIds.IdBytes),
            (long)options.SeenTime.TotalMilliseconds, [.. shards.Select(one => one.Budget)]);
        _router = new GossipRouter(options, this, Seen, new Random(), NowMs);
        _sequence = (ulong)(DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;
        _out = new SendWork[shards.Length];
        for (int i = 0; i < _out.Length; i++)
        {
            _out[i] = new SendWork(this);
        }
    }

    // for all threads

    internal GossipSubOptions Options { get; }

    internal IdHash Hash { get; }

    internal SeenIds Seen { get; }

    /// <summary>The time of all shards alike.</summary>
    internal long NowMs => Environment.TickCount64;

    internal bool IsJoined(string topic) => _joined.ContainsKey(topic);

    internal void CountQueueFull() => Interlocked.Increment(ref _queueFull);

    internal GossipBatch RentBatch() => _batches.TryTake(out GossipBatch? batch) ? batch : new GossipBatch();

    /// <summary>Sets who judges a topic's messages; null for nobody.</summary>
    internal void SetValidator(string topic, Func<TopicMessage, CancellationToken, ValueTask<GossipVerdict>>? validator)
    {
        if (validator == null)
        {
            _validators.TryRemove(topic, out _);
        }
        else
        {
            _validators[topic] = validator;
        }
    }

    internal void Stop() => _stopping.Cancel();

    // from the shards, on theirs; to shard 0, in order

    internal void Added(GossipLink link, string? address, bool isOutbound) => Run(link, () =>
    {
        GossipPeer peer = _router.Find(link.Id) ?? _router.AddPeer(link.Id, address, isOutbound);
        List<GossipLink> links = (List<GossipLink>)(peer.Tag ??= new List<GossipLink>());
        links.Add(link);
        link.Peer = peer;
    });

    internal void Removed(GossipLink link) => Run(link, () =>
    {
        GossipPeer peer = link.Peer!;
        List<GossipLink> links = (List<GossipLink>)peer.Tag!;
        bool wasCarrier = links[0] == link;
        bool hadInbound = link.RouterHasInbound;
        links.Remove(link);
        if (links.Count == 0)
        {
            _router.RemovePeer(peer);
            return;
        }

        link.RouterVersion = GossipVersion.None;
        link.RouterHasInbound = false;
        Carry(peer, links, wasCarrier);
        if (hadInbound && !links.Exists(one => one.RouterHasInbound))
        {
            GossipLink carrier = links[0];
            carrier.Protocol.Shard.Post(new LinkWork(carrier, isRenewal: true));
        }
    });

    internal void Opened(GossipLink link, GossipVersion version) => Run(link, () =>
    {
        link.RouterVersion = version;
        List<GossipLink> links = (List<GossipLink>)link.Peer!.Tag!;
        Carry(link.Peer, links, links[0] == link);
    });

    internal void InboundOpened(GossipLink link) => Run(link, () =>
    {
        link.RouterHasInbound = true;
        _router.ForgetInbound(link.Peer!);
    });

    internal void InboundClosed(GossipLink link) => Run(link, () =>
    {
        link.RouterHasInbound = false;
        if (!((List<GossipLink>)link.Peer!.Tag!).Exists(one => one.RouterHasInbound))
        {
            _router.ForgetInbound(link.Peer!);
        }
    });

    internal void Take(GossipLink link, GossipBatch batch)
    {
        if (batch.Events.Count == 0)
        {
            _batches.Add(batch);
            return;
        }

        if (link.Protocol.Shard.Index == 0)
        {
            Apply(link, batch);
            return;
        }

        link.AddBatch();
        batch.From = link;
        _shards[0].Post(batch);
    }

    // on shard 0

    /// <summary>Moves the router's time on.</summary>
    /// <returns>When to be called again, in the node's milliseconds.</returns>
    internal long Advance(long nowMs)
    {
        _router.Advance(NowMs);
        EndTurn();
        return nowMs + Math.Max(0, _router.NextDeadline - NowMs);
    }

    /// <summary>Gives memory back: the older half of the messages that are kept, at the least.</summary>
    /// <returns>False when there are none.</returns>
    internal bool Relieve()
    {
        bool hasSome = _router.History.Count > 0;
        _router.History.Trim(_router.History.Bytes / 2);
        return hasSome;
    }

    internal bool SetJoined(string topic, bool join)
    {
        bool isDone = _router.SetJoined(topic, join);
        EndTurn();
        return isDone;
    }

    /// <summary>Publishes a message. Where nobody would get it, nothing is kept, so that it may be published again.</summary>
    /// <returns>The number of peers that it goes to, or a negative <see cref="PublishResult"/>.</returns>
    internal int Publish(string topic, ReadOnlySpan<byte> data)
    {
        List<GossipPeer> receivers = _router.Receivers(topic);
        if (receivers.Count == 0)
        {
            return 0;
        }

        if (!receivers.Exists(peer => ((List<GossipLink>)peer.Tag!)
            .Exists(link => link.RouterVersion != GossipVersion.None && link.Queued < Options.QueueBytes / 2)))
        {
            return PublishResult.Busy;
        }

        ulong clock = (ulong)(DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;
        _sequence = Math.Max(_sequence + 1, clock);
        GossipMessage? message = _shards[0].Gossip!.Make(topic, data, _sequence);
        if (message == null)
        {
            return PublishResult.TooLong;
        }

        if (message.FromCount == 0 && Seen.Contains(message.Hash, NowMs))
        {
            message.Frame.Release();
            return PublishResult.Duplicate;
        }

        int sent = _router.Publish(message);
        _sent = message.SequenceNumber;
        EndTurn();
        return sent;
    }

    /// <summary>Publishes a message that another peer signed, and delivers it here. Where nobody would get it, nothing is kept; who only
    /// watches gets it all the same, once.</summary>
    /// <returns>The number of peers that it goes to, or a negative <see cref="PublishResult"/>; and whether somebody here has it who does
    /// not only watch.</returns>
    internal (int Sent, bool IsTaken) Publish(SignedMessage signed, SignedReach reach)
    {
        bool isTaken = reach != SignedReach.Watchers && _owner.HasReceivers(signed.Topic);
        bool isWanted = isTaken || (reach != SignedReach.Watchers && _router.Receivers(signed.Topic).Count > 0);
        if (!isWanted && (reach == SignedReach.Receivers || !_owner.HasSubscribers(signed.Topic)))
        {
            return (0, false);
        }

        GossipMessage? message = _shards[0].Gossip!.Make(signed);
        if (message == null)
        {
            return (PublishResult.TooLong, false);
        }

        if (Seen.Contains(message.Hash, NowMs))
        {
            message.Frame.Release();
            return (PublishResult.Duplicate, false);
        }

        Deliver(message, reach);
        if (!isWanted)
        {
            message.Frame.Release();
            return (0, false);
        }

        int sent = _router.Publish(message);
        EndTurn();
        return (sent, isTaken);
    }

    /// <summary>Whether anybody gets a topic's messages who does not only watch.</summary>
    internal bool HasReceivers(string topic) => _owner.HasReceivers(topic) || _router.Receivers(topic).Count > 0;

    internal GossipSubStatus Status()
    {
        List<GossipTopicStatus> topics = [];
        foreach (TopicState topic in _router.Topics)
        {
            topics.Add(new GossipTopicStatus(TopicText.Of(topic.Name), topic.IsJoined, topic.Peers.Count, Ids(topic.Mesh)));
        }

        List<GossipPeerStatus> peers = [];
        foreach (GossipPeer peer in _router.Peers)
        {
            peers.Add(new GossipPeerStatus(peer.Id, peer.Version, _router.ScoreOf(peer), peer.IsGraylisted, peer.Topics.Count,
                peer.IsDirect, peer.Extensions?.ToArray() ?? [], ((List<GossipLink>)peer.Tag!).Sum(link => link.Queued)));
        }

        Dictionary<GossipDrop, long> drops = [];
        foreach (GossipDrop reason in Enum.GetValues<GossipDrop>())
        {
            drops[reason] = _router.Drops(reason) + (reason == GossipDrop.QueueFull ? Interlocked.Read(ref _queueFull) : 0);
        }

        return new GossipSubStatus(topics, peers, drops, _router.DontWantsSent, _router.DontWantsHeeded, _router.History.Count,
            _sent);
    }

    /// <summary>Peers that subscribed to a topic.</summary>
    internal IReadOnlyList<PeerId> Subscribers(string topic) => _router.FindTopic(topic) is { } known ? Ids(known.Peers) : [];

    /// <summary>Tells once of a peer, while it stays, why what it publishes is dropped. For all threads.</summary>
    internal void TellDropped(PeerId peer, RefusalReason reason)
        => _owner.Events.Add(NodeEventKind.MessagesDropped, peer, null, CloseReason.None, reason, RefusalText.Describe(reason));

    /// <inheritdoc/>
    void IGossipOutput.Send(GossipPeer peer, GossipFrame frame)
    {
        foreach (GossipLink link in (List<GossipLink>)peer.Tag!)
        {
            if (link.RouterVersion == GossipVersion.None)
            {
                continue;
            }

            int shard = link.Protocol.Shard.Index;
            if (shard == 0)
            {
                link.Protocol.Send(link, frame);
            }
            else
            {
                frame.Retain();
                _out[shard].Frames.Add((link, frame));
            }

            return;
        }
    }

    /// <inheritdoc/>
    long IGossipOutput.MaxHistoryBytes => _shards[0].Budget.Bytes / BudgetShare;

    /// <inheritdoc/>
    void IGossipOutput.Keep(GossipFrame frame) => _shards[0].Gossip!.Keep(frame);

    /// <inheritdoc/>
    void IGossipOutput.Let(GossipFrame frame) => _shards[0].Gossip!.Let(frame);

    /// <inheritdoc/>
    void IGossipOutput.CountHistory(long bytes) => _shards[0].Budget.Add(bytes);

    /// <inheritdoc/>
    void IGossipOutput.SetReading(string topic, bool read)
    {
        if (read)
        {
            _joined[topic] = true;
        }
        else
        {
            _joined.TryRemove(topic, out _);
        }
    }

    /// <inheritdoc/>
    void IGossipOutput.Deliver(GossipMessage message) => Deliver(message, SignedReach.All);

    private void Deliver(GossipMessage message, SignedReach reach)
    {
        if (_owner.HasSubscribers(message.Topic))
        {
            TopicMessage copy = message.Copy(_owner.PeerId);
            _owner.Deliver(message.Topic, _owner.WantsWhole(message.Topic)
                ? copy with { Whole = message.Whole(), Id = message.Id } : copy, reach);
        }
    }

    /// <inheritdoc/>
    bool IGossipOutput.Validate(GossipMessage message)
    {
        if (!_validators.TryGetValue(message.Topic, out Func<TopicMessage, CancellationToken, ValueTask<GossipVerdict>>? validator))
        {
            return false;
        }

        if (Volatile.Read(ref _validating) >= Options.MaxValidations)
        {
            _router.Judge(message, GossipVerdict.Ignore);
            return true;
        }

        Interlocked.Increment(ref _validating);
        TopicMessage copy = message.Copy(_owner.PeerId);
        _ = Task.Run(async () =>
        {
            GossipVerdict verdict = await JudgeAsync(validator, copy).ConfigureAwait(false);
            Interlocked.Decrement(ref _validating);
            _shards[0].Post(new VerdictWork(this, message, verdict));
        });
        return true;
    }

    /// <inheritdoc/>
    void IGossipOutput.Connect(IReadOnlyList<PeerExchange> peers)
    {
        foreach (PeerExchange one in peers)
        {
            PeerRecord? record = PeerRecord.Open(one.Record!, _shards[0].Node.Crypto, _shards[0].Node.Options.Verifier, out _);

            // the record's peer is the one that is named, and it is not we
            if (record == null || !record.Peer.Matches(one.Id, 0, one.Id.Length) || record.Peer.Equals(_owner.PeerId)
                || _owner.IsConnected(record.Peer) || Volatile.Read(ref _dials) >= Options.ExchangeDials)
            {
                continue;
            }

            _owner.PeerStore.AddRecord(record, _exchangeLife);
            Interlocked.Increment(ref _dials);
            _ = Task.Run(async () =>
            {
                await TryAsync(() => _owner.DialAsync(record.Peer, _stopping.Token)).ConfigureAwait(false);
                Interlocked.Decrement(ref _dials);
            });
        }
    }

    /// <inheritdoc/>
    byte[]? IGossipOutput.RecordOf(GossipPeer peer)
        => _owner.PeerStore.FindRecord(peer.Id)?.Envelope.Bytes is { Length: <= RpcReader.MaxRecordBytes } bytes ? bytes.ToArray() : null;

    /// <inheritdoc/>
    void IGossipOutput.ConnectDirect()
    {
        foreach (string address in Options.DirectAddresses)
        {
            _ = Task.Run(() => TryAsync(() => _owner.DialAsync(address, _stopping.Token)));
        }
    }

    private static PeerId[] Ids(IReadOnlyCollection<GossipPeer> peers)
    {
        PeerId[] ids = new PeerId[peers.Count];
        int at = 0;
        foreach (GossipPeer peer in peers)
        {
            ids[at++] = peer.Id;
        }

        return ids;
    }

    // The first link that can be written to carries the peer, one with a direct connection before one through a relay; on another one, or
    // on a new stream, it is told everything anew. The others are spare: of several streams a peer heeds the last, so there is one.
    private void Carry(GossipPeer peer, List<GossipLink> links, bool isNewStream)
    {
        GossipLink? carrier = links.Find(link => link.RouterVersion != GossipVersion.None && link.HasDirect)
            ?? links.Find(link => link.RouterVersion != GossipVersion.None);
        if (isNewStream || carrier != links[0])
        {
            Begin(peer, links, carrier);
        }

        foreach (GossipLink link in links)
        {
            bool isSpare = carrier != null && link != carrier && (carrier.HasDirect || !link.HasDirect);
            if (link.IsSpare != isSpare)
            {
                link.IsSpare = isSpare;
                if (!isSpare)
                {
                    link.Protocol.Shard.Post(new LinkWork(link, isRenewal: false));
                }
            }
        }
    }

    private void Begin(GossipPeer peer, List<GossipLink> links, GossipLink? carrier)
    {
        if (peer.Version != GossipVersion.None)
        {
            _router.SetVersion(peer, GossipVersion.None);
        }

        if (carrier != null)
        {
            links.Remove(carrier);
            links.Insert(0, carrier);
            _router.SetVersion(peer, carrier.RouterVersion);
        }
    }

    private void Run(GossipLink link, Action action)
    {
        if (link.Protocol.Shard.Index == 0)
        {
            action();
            EndTurn();
        }
        else
        {
            _shards[0].Post(new ActionWork(this, action));
        }
    }

    /// <summary>Has the router take what a peer has said, which is used again; on the thread of shard 0.</summary>
    internal void Apply(GossipLink link, GossipBatch batch)
    {
        // the router's answers are written when all of it is read
        _isApplying++;
        _router.Advance(NowMs);
        if (link.Peer is { IsHere: true } peer)
        {
            int old = peer.OldMessages;
            batch.Apply(_router, peer);
            if (old < ManyOldMessages && peer.OldMessages >= ManyOldMessages)
            {
                TellDropped(peer.Id, RefusalReason.OldMessages);
            }
        }
        else
        {
            batch.Discard();
        }

        _batches.Add(batch);
        _isApplying--;
        EndTurn();
    }

    private void EndTurn()
    {
        if (_isApplying > 0)
        {
            return;
        }

        _router.Flush();
        for (int i = 1; i < _out.Length; i++)
        {
            if (_out[i].Frames.Count > 0)
            {
                _shards[i].Post(_out[i]);
                _out[i] = _sends.TryTake(out SendWork? spare) ? spare : new SendWork(this);
            }
        }

        _shards[0].Gossip!.Pump();
    }

    private async Task<GossipVerdict> JudgeAsync(Func<TopicMessage, CancellationToken, ValueTask<GossipVerdict>> validator,
        TopicMessage message)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        late.CancelAfter(Options.ValidationTime);
        try
        {
            return await validator(message, late.Token).AsTask().WaitAsync(late.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // the application's fault, or too late: nobody's score is touched
            return GossipVerdict.Ignore;
        }
    }

    // a peer's word for another's address, or one of our own that does not answer now: it is tried again at another time
    private static async Task TryAsync(Func<Task> dial)
    {
        try
        {
            await dial().ConfigureAwait(false);
        }
        catch (Exception e) when (e is Libp2pException or ArgumentException or OperationCanceledException)
        {
        }
    }

    private sealed class LinkWork(GossipLink link, bool isRenewal) : IShardWork
    {
        public void Run(Shard shard)
        {
            if (isRenewal)
            {
                link.Protocol.Renew(link);
            }
            else
            {
                link.Protocol.Reopen(link);
            }
        }

        public void Abandon()
        {
        }
    }

    private sealed class ActionWork(GossipHub hub, Action action) : IShardWork
    {
        public void Run(Shard shard)
        {
            action();
            hub.EndTurn();
        }

        public void Abandon()
        {
        }
    }

    // used again, as one goes with each thing that the router says to a peer of another shard
    private sealed class SendWork(GossipHub hub) : IShardWork
    {
        private const int SmallRoom = 64;

        internal List<(GossipLink Link, GossipFrame Frame)> Frames { get; } = [];

        public void Run(Shard shard)
        {
            foreach ((GossipLink link, GossipFrame frame) in Frames)
            {
                link.Protocol.Send(link, frame);
                frame.Release();
            }

            Frames.Clear();
            if (Frames.Capacity <= SmallRoom)
            {
                hub._sends.Add(this);
            }

            shard.Gossip!.Pump();
        }

        public void Abandon()
        {
        }
    }

    private sealed class VerdictWork(GossipHub hub, GossipMessage message, GossipVerdict verdict) : IShardWork
    {
        public void Run(Shard shard)
        {
            hub._router.Judge(message, verdict);
            hub.EndTurn();
        }

        public void Abandon() => message.Frame.Release();
    }
}
