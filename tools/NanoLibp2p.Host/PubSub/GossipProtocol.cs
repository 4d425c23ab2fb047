using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// The router's streams on one shard: RPCs are read and messages verified here, each once for all shards; what they say goes to the
/// <see cref="GossipHub"/> in pieces, and what comes from it is written.
/// </summary>
internal sealed class GossipProtocol : RpcHandler
{
    private const int FirstRetryMs = 1000;
    private const int MaxRetries = 6;
    private const int LastRetryMs = FirstRetryMs << (MaxRetries - 1);
    private const int PrefixBytes = RpcReader.PrefixBytes;

    // in microseconds
    private const long Second = 1000000;

    // pieces of a peer that the router has not taken yet; then its connection waits
    private const int MaxBatches = 4;

    // how long a queue may take before a stream moves all the same, and how long the one that is left has for its end
    private const int MoveMs = 5000;

    private static readonly string[] _ids = ["/meshsub/1.3.0", "/meshsub/1.2.0", "/meshsub/1.1.0", "/meshsub/1.0.0", "/floodsub/1.0.0"];

    private readonly GossipHub _hub;
    private readonly Shard _shard;
    private readonly Dictionary<PeerId, GossipLink> _links = [];

    // in how many queues each frame waits
    private readonly Dictionary<GossipFrame, int> _waiting = [];
    private readonly List<GossipLink> _dirty = [];
    private readonly List<GossipLink> _held = [];
    private readonly HashSet<GossipLink> _retries = [];
    private readonly HashSet<GossipLink> _long = [];

    // links whose stream moves, and streams that were left, with when they are reset
    private readonly HashSet<GossipLink> _moving = [];
    private readonly Dictionary<Libp2pStream, long> _left = [];
    private readonly byte[] _scratch = new byte[16 * 1024];
    private readonly byte[] _address = new byte[16];
    private int _newest;
    private bool _isPumping;
    private long _longBytes;

    internal GossipProtocol(GossipHub hub, Shard shard)
        : base(hub.Options.SignaturePolicy == SignaturePolicy.StrictSign)
    {
        _hub = hub;
        _shard = shard;
        Hash = hub.Hash;
    }

    internal GossipHub Hub => _hub;

    internal GossipSubOptions Options => _hub.Options;

    internal Shard Shard => _shard;

    internal TopicNames Names { get; } = new();

    /// <summary>Sends a frame to a peer of this shard; on its thread.</summary>
    internal void Send(GossipLink link, GossipFrame frame)
    {
        if (link.Version == GossipVersion.None)
        {
            return;
        }

        if (!link.Enqueue(frame, Options.QueueBytes))
        {
            _hub.CountQueueFull();
            if (frame.IsMessage)
            {
                return;
            }

            // it does not read even what is said of the mesh: begin anew, when this turn is over
            link.MustReset = true;
        }

        if (!link.IsDirty)
        {
            link.IsDirty = true;
            _dirty.Add(link);
        }
    }

    /// <summary>Writes what was sent.</summary>
    internal void Pump()
    {
        if (_isPumping)
        {
            return;
        }

        _isPumping = true;
        for (int i = 0; i < _dirty.Count; i++)
        {
            GossipLink link = _dirty[i];
            link.IsDirty = false;
            if (link.MustReset)
            {
                link.MustReset = false;
                link.Outbound?.Reset(ErrorCode.ResourceLimit);
            }

            link.Pump(_scratch);
            MoveIfEmpty(link);
        }

        _dirty.Clear();
        _isPumping = false;
    }

    /// <summary>Has a connection of a peer be read on.</summary>
    internal void Resume(GossipLink link)
    {
        if (link.Inbound is { } stream)
        {
            _shard.Find(stream.Connection)?.Schedule();
        }
    }

    /// <summary>Whether a peer hears us on this one of its connections.</summary>
    internal bool HearsOn(Connection connection)
        => _links.TryGetValue(connection.RemotePeer, out GossipLink? link) && link.Version != GossipVersion.None
            && link.Outbound?.Connection == connection;

    /// <summary>Whether a peer tells us on this one of its connections.</summary>
    internal bool TellsOn(Connection connection)
        => _links.TryGetValue(connection.RemotePeer, out GossipLink? link) && link.Inbound?.Connection == connection;

    /// <summary>Bytes that are kept for a connection's peer, each queue by itself.</summary>
    internal int KeptOn(Connection connection)
        => connection.RemotePeer is { } peer && _links.TryGetValue(peer, out GossipLink? link) ? link.KeptOn(connection) : 0;

    /// <summary>A frame waits in one queue more: for all queues of the shard it counts once, as it is there once.</summary>
    internal void Keep(GossipFrame frame)
    {
        if (CollectionsMarshal.GetValueRefOrAddDefault(_waiting, frame, out _)++ == 0)
        {
            _shard.Budget.Add(frame.Count);
        }
    }

    /// <summary>It waits in one queue less, which has retained it.</summary>
    internal void Let(GossipFrame frame)
    {
        if (--CollectionsMarshal.GetValueRefOrAddDefault(_waiting, frame, out _) == 0)
        {
            _waiting.Remove(frame);
            _shard.Budget.Add(-frame.Count);
        }

        frame.Release();
    }

    /// <summary>Gives memory back that the router keeps; on shard 0.</summary>
    /// <returns>False when it keeps none.</returns>
    internal bool Relieve() => _hub.Relieve();

    /// <summary>Opens a stream to a peer that is told here again.</summary>
    internal void Reopen(GossipLink link)
    {
        if (!link.IsSpare && !link.IsRefused)
        {
            Open(link);
        }
    }

    /// <summary>A peer that told us on another shard does so no more: js opens its stream to us when it sees a new one of ours, and go
    /// has forgotten what we told.</summary>
    internal void Renew(GossipLink link)
    {
        if (link is { Inbound: null, Outbound: not null, Next: null, Connections.Count: > 0 })
        {
            link.Outbound.Reset(ErrorCode.Supplanted);
            link.Retries = 0;
            Open(link);
        }
    }

    /// <summary>Bytes that there are for long messages, beside those under way.</summary>
    internal int LongRoom => (int)Math.Max(0, Options.MessagesUnderWayBytes - _longBytes);

    internal void BeginLong(GossipLink link)
    {
        _longBytes += link.LongBytes;
        link.LongSince = Node.NowMs;
        _long.Add(link);
    }

    internal void EndLong(GossipLink link)
    {
        _longBytes -= link.LongBytes;
        _long.Remove(link);
    }

    /// <summary>Signs and frames an own message; on the thread of shard 0.</summary>
    /// <returns>Null when it is too long.</returns>
    internal GossipMessage? Make(string topic, ReadOnlySpan<byte> data, ulong sequence)
    {
        byte[] name = Encoding.Latin1.GetBytes(topic);
        PeerId self = Node.Identity.PeerId;
        int body = ProtobufWriter.SizeOfBytes(RpcWriter.Data, data.Length)
            + ProtobufWriter.SizeOfBytes(RpcWriter.MessageTopic, name.Length);
        if (IsSigned)
        {
            body += ProtobufWriter.SizeOfBytes(RpcWriter.From, self.Length)
                + ProtobufWriter.SizeOfBytes(RpcWriter.SequenceNumber, SequenceBytes);
        }

        int message = body + (IsSigned ? ProtobufWriter.SizeOfBytes(RpcWriter.Signature, CryptoProvider.SignatureBytes) : 0);
        if (message > Options.MaxMessageBytes)
        {
            return null;
        }

        // what is signed with it stands where the frame's head comes afterwards
        int head = RpcWriter.FrameBytes(message);
        GossipFrame frame = GossipFrame.Rent(PrefixBytes + message, isMessage: true, PrefixBytes - head);
        byte[] bytes = frame.Bytes;
        int at = PrefixBytes;
        int from = 0;
        if (IsSigned)
        {
            "libp2p-pubsub:"u8.CopyTo(bytes);
            at = ProtobufWriter.WriteLength(RpcWriter.From, self.Length, bytes, at);
            from = at;
            at += self.CopyTo(bytes, at);
        }

        at = ProtobufWriter.WriteLength(RpcWriter.Data, data.Length, bytes, at);
        int dataAt = at;
        data.CopyTo(bytes.AsSpan(at));
        at += data.Length;
        int number = 0;
        if (IsSigned)
        {
            at = ProtobufWriter.WriteLength(RpcWriter.SequenceNumber, SequenceBytes, bytes, at);
            number = at;
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), sequence);
            at += SequenceBytes;
        }

        at = ProtobufWriter.WriteBytes(RpcWriter.MessageTopic, name, 0, name.Length, bytes, at);
        if (IsSigned)
        {
            at = ProtobufWriter.WriteLength(RpcWriter.Signature, CryptoProvider.SignatureBytes, bytes, at);
            Node.Identity.Sign(Node.Crypto, bytes, 0, PrefixBytes + body, bytes, at);
        }

        RpcWriter.WriteFrame(message, bytes, frame.Offset);
        frame.Count = head + message;
        byte[] id = MakeId(topic, bytes.AsSpan(dataAt, data.Length), IsSigned ? bytes.AsSpan(from, self.Length) : [],
            IsSigned ? bytes.AsSpan(number, SequenceBytes) : []);
        return new GossipMessage
        {
            Frame = frame, Topic = topic, Hash = HashOfId(id, id.Length), Id = id, DataOffset = dataAt, DataCount = data.Length,
            FromOffset = from, FromCount = IsSigned ? self.Length : 0, SequenceNumber = IsSigned ? sequence : 0, IsOwn = true,
        };
    }

    /// <summary>Frames a message that another peer signed; on the thread of shard 0.</summary>
    /// <returns>Null when it is too long.</returns>
    internal GossipMessage? Make(SignedMessage message)
    {
        int count = message.Bytes.Length;
        if (count > Options.MaxMessageBytes)
        {
            return null;
        }

        int head = RpcWriter.FrameBytes(count);
        GossipFrame frame = GossipFrame.Rent(head + count, isMessage: true);
        RpcWriter.WriteFrame(count, frame.Bytes, 0);
        message.Bytes.CopyTo(frame.Bytes, head);
        frame.Count = head + count;
        byte[] id = MakeId(message.Topic, message.Data, message.From, message.Number);
        return new GossipMessage
        {
            Frame = frame, Topic = message.Topic, Hash = HashOfId(id, id.Length), Id = id, DataOffset = head + message.DataOffset,
            DataCount = message.DataCount, FromOffset = head + message.FromOffset, FromCount = message.FromCount,
            SequenceNumber = BinaryPrimitives.ReadUInt64BigEndian(message.Number),
        };
    }

    /// <inheritdoc/>
    public override void OnConnected(Connection connection)
    {
        PeerId id = connection.RemotePeer;
        bool isNew = !_links.TryGetValue(id, out GossipLink? link);
        link ??= new GossipLink(this, id);
        link.Connections.Add(connection);
        link.HasDirect |= IsDirect(connection);
        if (isNew)
        {
            _links.Add(id, link);
            _hub.Added(link, AddressOf(connection), !connection.IsInbound);
        }

        Open(link);
    }

    /// <inheritdoc/>
    public override void OnDisconnected(Connection connection)
    {
        if (!_links.TryGetValue(connection.RemotePeer, out GossipLink? link) || !link.Connections.Remove(connection))
        {
            return;
        }

        link.HasDirect = link.Connections.Exists(IsDirect);
        if (link.Connections.Count > 0)
        {
            // both ways: js opens its stream to us when it sees a new one of ours, and go has forgotten what we told
            if (link.Outbound == null || link.Inbound == null)
            {
                link.Outbound?.Reset(ErrorCode.Supplanted);
                link.Retries = 0;
                Open(link);
            }

            return;
        }

        _links.Remove(link.Id);
        _retries.Remove(link);
        _moving.Remove(link);
        link.ResetReader(null);
        link.ClearQueue();
        _hub.Removed(link);
    }

    /// <inheritdoc/>
    public override bool KeepsConnection(Libp2pStream stream)
    {
        // a sensor publishes, and subscribes to nothing
        return stream.Tag is GossipLink link && (link.HasPublished || link.Peer is { Topics.Count: > 0 });
    }

    /// <inheritdoc/>
    public override void OnOpened(Libp2pStream stream)
    {
        if (stream.IsOutbound)
        {
            GossipLink mine = (GossipLink)stream.Tag;
            if (stream == mine.Next)
            {
                mine.IsNextReady = true;
                mine.MoveAt = Node.NowMs + MoveMs;
                _moving.Add(mine);
                MoveIfEmpty(mine);
                _shard.PollProtocolsSoon();
                return;
            }

            mine.Version = VersionOf(stream);
            _hub.Opened(mine, mine.Version);

            // a direct connection may have come meanwhile
            Open(mine);
            return;
        }

        if (!_links.TryGetValue(stream.Connection.RemotePeer, out GossipLink? link))
        {
            stream.Reset();
            return;
        }

        // of several streams of a peer the last counts, as with go and js
        Libp2pStream? old = link.Inbound;
        stream.Tag = link;
        link.IsFloodInbound = VersionOf(stream) == GossipVersion.FloodSub;
        link.ResetReader(stream);
        _hub.InboundOpened(link);
        old?.Reset(ErrorCode.Supplanted);
        if (link.Outbound == null && !link.IsSpare)
        {
            // it speaks pubsub again
            Open(link);
        }
    }

    /// <inheritdoc/>
    public override int OnRefused(Libp2pStream stream)
    {
        int next = stream.ProtocolIndex + 1;
        bool isLast = next >= _newest + _ids.Length;
        GossipLink link = (GossipLink)stream.Tag;
        link.IsRefused = stream == link.Outbound ? isLast : link.IsRefused;
        return isLast ? -1 : next;
    }

    /// <inheritdoc/>
    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        GossipLink link = (GossipLink)stream.Tag;
        if (stream != link.Inbound)
        {
            return count;
        }

        if (link.Batches >= MaxBatches)
        {
            // the router has enough of it for now, and tells when it has not
            return 0;
        }

        link.Batch = _hub.RentBatch();
        link.HasHaveBegun = false;
        int used = link.Receive(buffer, offset, count);
        link.Settle();
        GossipBatch batch = link.Batch;
        link.Batch = null;
        if (used < 0)
        {
            batch.Add(GossipEventKind.Malformed);
            stream.Reset(ErrorCode.ProtocolViolation);
            used = count;
        }

        _hub.Take(link, batch);
        return used;
    }

    /// <inheritdoc/>
    public override void OnReadEnd(Libp2pStream stream)
    {
        // who ends its half of our stream reads no more of it (go takes that end for the peer's, too)
        OnClosed(stream, false);
        stream.CloseWrite();
    }

    /// <inheritdoc/>
    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        if (stream.Tag is not GossipLink link)
        {
            return;
        }

        _left.Remove(stream);
        if (stream == link.Inbound)
        {
            link.ResetReader(null);
            _hub.InboundClosed(link);
        }
        else if (stream == link.Next)
        {
            link.Next = null;
            link.IsNextReady = false;
            _moving.Remove(link);
        }
        else if (stream == link.Outbound)
        {
            long nowMs = Node.NowMs;
            bool wasReady = link.Version != GossipVersion.None;
            int retries = nowMs >= link.RetryAt ? 0 : link.Retries;
            if (retries == 0 && !wasReady)
            {
                retries = 1;
            }

            link.RetryAt = nowMs + (retries == 0 ? 0 : FirstRetryMs << (retries - 1));
            link.Retries = Math.Min(retries + 1, MaxRetries);
            link.Outbound = null;
            link.Version = GossipVersion.None;
            link.ClearQueue();

            // who speaks no pubsub at all is not asked again, until it does
            if (link.Next is { } next)
            {
                link.Next = null;
                link.Outbound = next;
                if (link.IsNextReady)
                {
                    link.IsNextReady = false;
                    _moving.Remove(link);
                    link.Version = VersionOf(next);
                    _hub.Opened(link, link.Version);
                    return;
                }
            }
            else if (link.Connections.Count > 0 && !link.IsRefused && !link.IsSpare)
            {
                _retries.Add(link);
                _shard.PollProtocolsSoon();
            }

            if (wasReady)
            {
                _hub.Opened(link, GossipVersion.None);
            }
        }
    }

    /// <inheritdoc/>
    public override void OnRoom(Libp2pStream stream)
    {
        if (stream.Tag is GossipLink link && stream == link.Outbound)
        {
            link.Pump(_scratch);
            MoveIfEmpty(link);
        }
    }

    /// <inheritdoc/>
    public override long Poll(long nowMs)
    {
        long next = long.MaxValue;
        if (_held.Count > 0)
        {
            foreach (GossipLink link in _held)
            {
                link.IsHeld = false;
                Resume(link);
            }

            _held.Clear();
        }

        if (_retries.Count > 0)
        {
            foreach (GossipLink link in (GossipLink[])[.. _retries])
            {
                if (nowMs >= link.RetryAt || link.IsSpare)
                {
                    _retries.Remove(link);
                    Reopen(link);
                }
                else
                {
                    next = Math.Min(next, link.RetryAt);
                }
            }
        }

        foreach (GossipLink link in _long.Count == 0 ? [] : (GossipLink[])[.. _long])
        {
            if (nowMs - link.LongSince > Options.LongMessageTime.TotalMilliseconds)
            {
                GossipBatch batch = _hub.RentBatch();
                batch.Add(GossipEventKind.Malformed);
                _hub.Take(link, batch);
                link.Inbound?.Reset(ErrorCode.ResourceLimit);
            }
        }

        foreach (GossipLink link in _moving.Count == 0 ? [] : (GossipLink[])[.. _moving])
        {
            if (nowMs >= link.MoveAt)
            {
                // it reads too slowly: what waits is told again by gossip
                link.ClearQueue();
                MoveIfEmpty(link);
            }
            else
            {
                next = Math.Min(next, link.MoveAt);
            }
        }

        foreach ((Libp2pStream stream, long endMs) in _left.Count == 0 ? [] : (KeyValuePair<Libp2pStream, long>[])[.. _left])
        {
            if (nowMs >= endMs)
            {
                _left.Remove(stream);
                stream.Reset(ErrorCode.Supplanted);
            }
            else
            {
                next = Math.Min(next, endMs);
            }
        }

        return _shard.Index == 0 ? Math.Min(next, _hub.Advance(nowMs)) : next;
    }

    /// <inheritdoc/>
    protected override void Register(Node node)
    {
        _newest = node.RegisterProtocol(_ids[0], this, true);
        for (int i = 1; i < _ids.Length; i++)
        {
            node.RegisterProtocol(_ids[i], this, true);
        }
    }

    /// <inheritdoc/>
    protected override void OnSubscription(RpcReader from, bool subscribe)
        => AddTopical((GossipLink)from, subscribe ? GossipEventKind.Subscribe : GossipEventKind.Unsubscribe);

    /// <inheritdoc/>
    protected override void OnGraft(RpcReader from) => AddTopical((GossipLink)from, GossipEventKind.Graft);

    /// <inheritdoc/>
    protected override void OnPrunePeer(RpcReader from, byte[] buffer, int idCount, int record, int recordCount)
    {
        GossipLink link = (GossipLink)from;
        List<PeerExchange> peers = link.Exchange ??= [];
        if (idCount > 0 && peers.Count < Options.ExchangedPeers)
        {
            peers.Add(new PeerExchange(buffer[..idCount], recordCount == 0 ? null : buffer[record..(record + recordCount)]));
        }
    }

    /// <inheritdoc/>
    protected override void OnPrune(RpcReader from, ulong backoffSeconds)
    {
        GossipLink link = (GossipLink)from;
        if (!IsMuted(link) && link.Topic is { } topic)
        {
            link.Batch!.Events.Add(new GossipEvent
            {
                Kind = GossipEventKind.Prune, Topic = topic, Number = backoffSeconds, Peers = link.Exchange,
            });
        }

        link.Exchange = null;
    }

    /// <inheritdoc/>
    protected override void OnHave(RpcReader from, byte[] id, int count)
    {
        GossipLink link = (GossipLink)from;
        if (IsMuted(link))
        {
            return;
        }

        string? topic = link.Topic;
        if (topic != null && _hub.IsJoined(topic))
        {
            if (!link.HasHaveBegun || link.HaveTopic != topic)
            {
                link.HasHaveBegun = true;
                link.HaveTopic = topic;
                link.Batch!.Add(GossipEventKind.HaveBegin, topic);
            }

            ulong hash = HashOfId(id, count);
            bool isSeen = _hub.Seen.Contains(hash, _hub.NowMs);
            if (!isSeen)
            {
                link.Batch!.Events.Add(new GossipEvent
                {
                    Kind = GossipEventKind.Have, Number = hash, Id = id[..count], IsKeyId = IsKeyId(id, count),
                });
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnWant(RpcReader from, byte[] id, int count)
    {
        GossipLink link = (GossipLink)from;
        if (!IsMuted(link))
        {
            link.Batch!.Add(GossipEventKind.Want, null, HashOfId(id, count));
        }
    }

    /// <inheritdoc/>
    protected override void OnDontWant(RpcReader from, byte[] id, int count)
    {
        GossipLink link = (GossipLink)from;
        if (!IsMuted(link))
        {
            link.Batch!.Events.Add(new GossipEvent
            {
                Kind = GossipEventKind.DontWant, Number = HashOfId(id, count), IsKeyId = IsKeyId(id, count),
            });
        }
    }

    /// <inheritdoc/>
    protected override void OnExtension(RpcReader from, int field, ulong value)
    {
        if (value != 0)
        {
            ((GossipLink)from).Batch!.Add(GossipEventKind.Extension, null, (ulong)field);
        }
    }

    /// <inheritdoc/>
    protected override void OnRpcEnd(RpcReader from)
    {
        GossipLink link = (GossipLink)from;
        link.HasHaveBegun = false;
        link.Batch!.Add(GossipEventKind.RpcEnd);
    }

    /// <inheritdoc/>
    protected override void OnTooLong(RpcReader from) => AddDrop((GossipLink)from, GossipDrop.TooLong);

    /// <inheritdoc/>
    protected override bool OnPublish(RpcReader from)
    {
        GossipLink link = (GossipLink)from;
        if (IsMuted(link))
        {
            AddDrop(link, GossipDrop.Graylisted);
            return true;
        }

        string topic = Names.Get(link.Field(RpcWriter.MessageTopic));
        if (!_hub.IsJoined(topic))
        {
            AddDrop(link, GossipDrop.NotSubscribed);
            return true;
        }

        DropReason fault = CheckStamps(link, link.IsFloodInbound);
        if (fault != DropReason.None)
        {
            AddDrop(link, fault == DropReason.Own ? GossipDrop.Own : GossipDrop.Unsigned);
            if (fault is DropReason.Signed or DropReason.Unsigned && !link.IsPolicyTold)
            {
                link.IsPolicyTold = true;
                _hub.TellDropped(link.Id, RefusalReason.SignaturePolicy);
            }

            return true;
        }

        ReadOnlySpan<byte> author = link.Field(RpcWriter.From);
        ReadOnlySpan<byte> number = link.Field(RpcWriter.SequenceNumber);
        byte[] id = MakeId(topic, link.Field(RpcWriter.Data), author, number);
        ulong hash = HashOfId(id, id.Length);
        long nowMs = _hub.NowMs;
        if (_hub.Seen.Contains(hash, nowMs))
        {
            link.Batch!.Add(GossipEventKind.Duplicate, topic, hash);
            return true;
        }

        if (IsSigned)
        {
            fault = FindKey(link, out int type, out int data, out int end);
            if (fault == DropReason.None)
            {
                if (!MayVerify(link))
                {
                    return false;
                }

                _shard.Signatures++;
                fault = Verify(link, type, data, end);
            }

            if (fault != DropReason.None)
            {
                // of keys of other types each library takes other ones; but a wrong signature under a sound key nobody passes on
                bool isOffence = fault == DropReason.SignatureInvalid && type == (int)KeyType.Ed25519;
                if (isOffence)
                {
                    link.Batch!.Add(GossipEventKind.Invalid, topic);
                }
                else
                {
                    AddDrop(link, GossipDrop.Unsigned);
                }

                return true;
            }
        }

        // only what is verified counts as seen: nobody can have another's message taken for known
        if (!_hub.Seen.TryAdd(hash, nowMs))
        {
            link.Batch!.Add(GossipEventKind.Duplicate, topic, hash);
            return true;
        }

        link.HasPublished = true;
        link.Batch!.Events.Add(new GossipEvent { Kind = GossipEventKind.Message, Message = Frame(link, topic, hash, id) });
        return true;
    }

    private static bool IsMuted(GossipLink link) => link.Peer is { IsGraylisted: true };

    // js-libp2p's ids are the author's key, which begins with its type, and his number
    private static bool IsKeyId(byte[] id, int count)
        => count == PublicKey.Ed25519Bytes + SequenceBytes && id[0] == 0x08 && id[1] == (byte)KeyType.Ed25519;

    private static void AddDrop(GossipLink link, GossipDrop reason) => link.Batch!.Add(GossipEventKind.Drop, null, (ulong)reason);

    private static void AddTopical(GossipLink link, GossipEventKind kind)
    {
        if (IsMuted(link))
        {
            return;
        }

        if (link.Topic is { Length: > 0 } topic)
        {
            link.Batch!.Add(kind, topic);
        }
        else
        {
            AddDrop(link, GossipDrop.TopicLimit);
        }
    }

    // a received message goes on as it was signed, with its signature and key behind it
    private GossipMessage Frame(GossipLink link, string topic, ulong hash, byte[] id)
    {
        int body = link.Count[RpcReader.Body];
        int message = body;
        for (int i = RpcWriter.Signature; i <= RpcWriter.Key; i++)
        {
            message += link.Count[i] < 0 ? 0 : ProtobufWriter.SizeOfBytes(i, link.Count[i]);
        }

        int head = RpcWriter.FrameBytes(message);
        GossipFrame frame = GossipFrame.Rent(head + message, isMessage: true);
        byte[] bytes = frame.Bytes;
        RpcWriter.WriteFrame(message, bytes, 0);
        link.Field(RpcReader.Body, PrefixBytes).CopyTo(bytes.AsSpan(head));
        int at = head + body;
        for (int i = RpcWriter.Signature; i <= RpcWriter.Key; i++)
        {
            if (link.Count[i] >= 0)
            {
                at = link.WriteField(i, bytes, at);
            }
        }

        frame.Count = at;
        int moved = head - PrefixBytes;
        ReadOnlySpan<byte> number = link.Field(RpcWriter.SequenceNumber);
        ulong sequence = 0;
        foreach (byte one in number)
        {
            sequence = (sequence << 8) | one;
        }

        return new GossipMessage
        {
            Frame = frame, Topic = topic, Hash = hash, Id = id,
            DataOffset = link.At[RpcWriter.Data] + moved, DataCount = Math.Max(0, link.Count[RpcWriter.Data]),
            FromOffset = link.At[RpcWriter.From] + moved, FromCount = Math.Max(0, link.Count[RpcWriter.From]),
            SequenceNumber = sequence, MayPass = !IsSigned || number.Length == SequenceBytes,
        };
    }

    private byte[] MakeId(string topic, ReadOnlySpan<byte> data, ReadOnlySpan<byte> from, ReadOnlySpan<byte> number)
    {
        if (Options.MessageId is { } make)
        {
            Span<byte> made = stackalloc byte[GossipSubOptions.MaxIdBytes];
            return made[..make(topic, data, from, number, made)].ToArray();
        }

        return IsSigned ? [.. from, .. number] : SHA256.HashData(data);
    }

    // Counts a signature that is about to be verified: so many in a turn, so that the other connections have theirs, and so many a
    // second, of which one second's may come at once. False when the peer must wait.
    private bool MayVerify(GossipLink link)
    {
        if (link.Turn != _shard.Turns)
        {
            link.Turn = _shard.Turns;
            link.Verifications = 0;
        }

        long now = Node.NowMs * 1000;
        long step = Second / Options.VerificationsPerSecond;
        long due = link.NextVerification;
        if (due < now || due > now + Second)
        {
            due = now;
        }

        if (due + step > now + Second || link.Verifications >= Options.VerificationsPerStep)
        {
            if (!link.IsHeld)
            {
                link.IsHeld = true;
                _held.Add(link);
                _shard.PollProtocolsSoon();
            }

            return false;
        }

        link.Verifications++;
        link.NextVerification = due + step;
        return true;
    }

    private bool IsDirect(Connection connection) => _shard.Find(connection) is { } one && RelayService.IsDirect(one);

    // a stream to a peer; in place of one through a relay, where there is a direct connection
    private void Open(GossipLink link)
    {
        if (link.Connections.Count == 0 || link.Next != null)
        {
            return;
        }

        // what it has opened to us it speaks; else the newest is tried first
        int index = link.Inbound is { } inbound ? inbound.ProtocolIndex : _newest;
        Connection best = link.Connections.FindLast(IsDirect) ?? link.Connections[^1];
        if (link.Outbound is { } former)
        {
            if (link.Version != GossipVersion.None && best != former.Connection && IsDirect(best) && !IsDirect(former.Connection))
            {
                link.Next = best.OpenStream(this, index);
                if (link.Next != null)
                {
                    link.Next.Tag = link;
                }
                else
                {
                    link.RetryAt = Node.NowMs + FirstRetryMs;
                    _retries.Add(link);
                    _shard.PollProtocolsSoon();
                }
            }

            return;
        }

        link.Outbound = best.OpenStream(this, index);
        link.RetryAt = Node.NowMs + (link.Outbound == null ? FirstRetryMs : LastRetryMs);
        if (link.Outbound != null)
        {
            link.Outbound.Tag = link;
        }
        else
        {
            _retries.Add(link);
            _shard.PollProtocolsSoon();
        }
    }

    // what waited has left by the former stream: what comes from now on leaves by the new one, which is told everything first
    private void MoveIfEmpty(GossipLink link)
    {
        if (!link.IsNextReady || link.Queued > 0 || link.Outbound is not { } former)
        {
            return;
        }

        _moving.Remove(link);
        link.IsNextReady = false;
        link.Outbound = link.Next;
        link.Next = null;
        link.Version = VersionOf(link.Outbound!);
        _left[former] = Node.NowMs + MoveMs;
        former.CloseWrite();
        _hub.Opened(link, link.Version);
    }

    private GossipVersion VersionOf(Libp2pStream stream) => GossipVersion.V13 - (stream.ProtocolIndex - _newest);

    // the host for P6: of IPv6 the /64; null for private ones and those that have none
    private string? AddressOf(Connection connection)
    {
        int count = _shard.Find(connection)?.Link.CopyRemoteAddress(_address, 0) ?? 0;
        if (count is not (4 or 16))
        {
            return null;
        }

        IPAddress address = new(_address.AsSpan(0, count));
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        byte[] bytes = address.GetAddressBytes();
        bool isPrivate = IPAddress.IsLoopback(address)
            || (bytes.Length == 4
                ? bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xF0) == 16) || (bytes[0] == 192 && bytes[1] == 168)
                : address.IsIPv6LinkLocal || (bytes[0] & 0xFE) == 0xFC);
        return isPrivate ? null : bytes.Length == 4 ? address.ToString() : Convert.ToHexString(bytes, 0, 8);
    }
}
