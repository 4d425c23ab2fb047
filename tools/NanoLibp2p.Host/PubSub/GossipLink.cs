using System;
using System.Buffers;
using System.Collections.Generic;
using System.Threading;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.PubSub;

/// <summary>A peer on one shard, over all of its connections there: what it says is read here, what it is told waits here. The shard's
/// thread alone uses what is not said to be for all.</summary>
internal sealed class GossipLink : RpcReader, IShardWork
{
    /// <summary>Bytes of a message up to which its buffer is given at once; longer ones share a budget.</summary>
    internal const int LongMessage = 16 * 1024;

    private readonly GossipProtocol _protocol;
    private readonly Queue<GossipFrame> _queue = new();
    private volatile GossipPeer? _peer;
    private volatile bool _hasDirect;
    private volatile bool _isSpare;
    private byte[] _topic = [];
    private int _topicCount;
    private bool _isTopicTooLong;
    private int _written;
    private int _queued;
    private int _batches;

    internal GossipLink(GossipProtocol protocol, PeerId id)
        : base(protocol, protocol.Options.MaxMessageBytes)
    {
        _protocol = protocol;
        Id = id;
        Buffer = [];
    }

    internal PeerId Id { get; }

    internal GossipProtocol Protocol => _protocol;

    /// <summary>Its peer, once the router has it. For all threads.</summary>
    internal GossipPeer? Peer
    {
        get => _peer;
        set => _peer = value;
    }

    // of the router's thread: what it knows of this link
    internal GossipVersion RouterVersion { get; set; }

    internal bool RouterHasInbound { get; set; }

    internal List<Connection> Connections { get; } = [];

    internal Libp2pStream? Outbound { get; set; }

    /// <summary>The stream that takes the outbound one's place, while that one goes through a relay; null for none.</summary>
    internal Libp2pStream? Next { get; set; }

    /// <summary>Whether <see cref="Next"/> has opened: it takes over when the queue is empty, or at <see cref="MoveAt"/>.</summary>
    internal bool IsNextReady { get; set; }

    internal long MoveAt { get; set; }

    /// <summary>Whether one of its connections goes through no relay. For all threads.</summary>
    internal bool HasDirect
    {
        get => _hasDirect;
        set => _hasDirect = value;
    }

    /// <summary>Whether the peer is told what there is on another shard, so that no stream is opened to it here. Set by the router's
    /// thread, for all.</summary>
    internal bool IsSpare
    {
        get => _isSpare;
        set => _isSpare = value;
    }

    internal GossipVersion Version { get; set; }

    /// <summary>Whether it was told of that the signature policy drops what it publishes.</summary>
    internal bool IsPolicyTold { get; set; }

    /// <summary>Whether what it writes comes by floodsub.</summary>
    internal bool IsFloodInbound { get; set; }

    /// <summary>Whether a message of its that was new here has come: a reason to keep its connection.</summary>
    internal bool HasPublished { get; set; }

    internal long RetryAt { get; set; }

    internal int Retries { get; set; }

    /// <summary>Whether it has refused all protocols.</summary>
    internal bool IsRefused { get; set; }

    /// <summary>Whether the stream to it is ended when it is its turn to be written to.</summary>
    internal bool MustReset { get; set; }

    // signatures verified in this turn, and when, in microseconds, the next one is due at the rate allowed
    internal long Turn { get; set; }

    internal int Verifications { get; set; }

    internal long NextVerification { get; set; }

    /// <summary>What it has said in this piece.</summary>
    internal GossipBatch? Batch { get; set; }

    /// <summary>Peers of the PRUNE under way.</summary>
    internal List<PeerExchange>? Exchange { get; set; }

    /// <summary>Whether an IHAVE of <see cref="HaveTopic"/> is under way in this piece.</summary>
    internal bool HasHaveBegun { get; set; }

    internal string? HaveTopic { get; set; }

    /// <summary>Since when a long message is under way; 0 when none is.</summary>
    internal long LongSince { get; set; }

    internal int LongBytes { get; set; }

    /// <summary>Whether it waits for its turn to be written to.</summary>
    internal bool IsDirty { get; set; }

    /// <summary>Whether it is read on at the next poll.</summary>
    internal bool IsHeld { get; set; }

    /// <summary>Bytes that wait to be written. For all threads.</summary>
    internal int Queued => Volatile.Read(ref _queued);

    /// <summary>Pieces that the router has not taken yet. For all threads.</summary>
    internal int Batches => Volatile.Read(ref _batches);

    /// <summary>The topic whose name was read last; null when it is longer than any that is taken.</summary>
    internal string? Topic => _isTopicTooLong ? null : _protocol.Names.Get(_topic.AsSpan(0, _topicCount));

    internal new Libp2pStream? Inbound
    {
        get => base.Inbound;
        set => base.Inbound = value!;
    }

    /// <summary>Bytes that are kept for it on one of its connections: what it has said of an RPC, what it has not taken yet.</summary>
    internal int KeptOn(Connection connection) => (Inbound?.Connection == connection ? Buffer.Length : 0)
        + (Outbound?.Connection == connection ? _queued : 0);

    /// <summary>The router has taken all that it has said: it is read on.</summary>
    public void Run(Shard shard) => _protocol.Resume(this);

    /// <inheritdoc/>
    public void Abandon()
    {
    }

    internal void AddBatch() => Interlocked.Increment(ref _batches);

    internal int RemoveBatch() => Interlocked.Decrement(ref _batches);

    internal ReadOnlySpan<byte> Field(int field) => Count[field] < 0 ? [] : Buffer.AsSpan(At[field], Count[field]);

    /// <summary>What is signed, from where it begins.</summary>
    internal ReadOnlySpan<byte> Field(int body, int offset) => Buffer.AsSpan(offset, Count[body]);

    /// <summary>Writes a field of the message as it came.</summary>
    internal int WriteField(int field, byte[] buffer, int offset)
        => ProtobufWriter.WriteBytes(field, Buffer, At[field], Count[field], buffer, offset);

    /// <summary>Puts a frame into the queue. False when there is no room for it.</summary>
    internal bool Enqueue(GossipFrame frame, int capacity)
    {
        if (_queued + frame.Count > (frame.IsMessage ? capacity : 2 * capacity))
        {
            return false;
        }

        frame.Retain();
        _protocol.Keep(frame);
        _queue.Enqueue(frame);
        Volatile.Write(ref _queued, _queued + frame.Count);
        return true;
    }

    /// <summary>Writes what there is room for; small frames together.</summary>
    internal void Pump(byte[] scratch)
    {
        while (_queue.TryPeek(out GossipFrame? first) && Outbound is { } stream)
        {
            int wanted = first.Count - _written;
            byte[] from = first.Bytes;
            int offset = first.Offset + _written;
            if (_queue.Count > 1 && wanted < scratch.Length / 2)
            {
                wanted = Gather(scratch);
                from = scratch;
                offset = 0;
            }

            int taken = stream.Write(from, offset, wanted);
            Consume(taken);
            if (taken < wanted)
            {
                stream.WaitForRoom();
                return;
            }
        }
    }

    /// <summary>Empties the queue: its stream is gone.</summary>
    internal void ClearQueue()
    {
        while (_queue.TryDequeue(out GossipFrame? frame))
        {
            _protocol.Let(frame);
        }

        _written = 0;
        Volatile.Write(ref _queued, 0);
    }

    /// <summary>Begins with a new stream, or with none.</summary>
    internal void ResetReader(Libp2pStream? stream)
    {
        base.Inbound = stream!;
        Reset();
        GiveBuffer();
        Exchange = null;
    }

    /// <summary>Gives the buffer back, when nothing in it is needed.</summary>
    internal void Settle()
    {
        if (IsBufferFree && Buffer.Length > 0)
        {
            GiveBuffer();
        }
    }

    internal bool IsMessageUnderWay => MessageUnderWay > LongMessage;

    /// <inheritdoc/>
    protected override int LongestMessage => Math.Min(base.LongestMessage, Math.Max(LongMessage, _protocol.LongRoom + LongBytes));

    /// <inheritdoc/>
    protected override void MakeRoom(int bytes)
    {
        if (Buffer.Length < bytes)
        {
            GiveBuffer();
            Buffer = ArrayPool<byte>.Shared.Rent(bytes);
            _protocol.Shard.Budget.Add(Buffer.Length);
        }

        if (bytes > LongMessage && LongBytes == 0)
        {
            LongBytes = bytes;
            _protocol.BeginLong(this);
        }
    }

    /// <inheritdoc/>
    protected override void BeginTopic(ulong bytes)
    {
        _topicCount = 0;
        _isTopicTooLong = bytes > (ulong)_protocol.Options.MaxTopicBytes;
        if (!_isTopicTooLong && _topic.Length < (int)bytes)
        {
            _topic = new byte[(int)bytes];
        }
    }

    /// <inheritdoc/>
    protected override void TakeTopic(int position, byte[] buffer, int offset, int count)
    {
        if (!_isTopicTooLong)
        {
            buffer.AsSpan(offset, count).CopyTo(_topic.AsSpan(position));
            _topicCount = position + count;
        }
    }

    private void GiveBuffer()
    {
        if (Buffer.Length > 0)
        {
            _protocol.Shard.Budget.Add(-Buffer.Length);
            ArrayPool<byte>.Shared.Return(Buffer);
            Buffer = [];
        }

        if (LongBytes > 0)
        {
            _protocol.EndLong(this);
            LongBytes = 0;
        }
    }

    private int Gather(byte[] scratch)
    {
        int count = 0;
        int skipped = _written;
        foreach (GossipFrame frame in _queue)
        {
            int left = frame.Count - skipped;
            if (count + left > scratch.Length)
            {
                break;
            }

            frame.Bytes.AsSpan(frame.Offset + skipped, left).CopyTo(scratch.AsSpan(count));
            count += left;
            skipped = 0;
        }

        return count;
    }

    private void Consume(int count)
    {
        Volatile.Write(ref _queued, _queued - count);
        count += _written;
        while (_queue.TryPeek(out GossipFrame? frame) && count >= frame.Count)
        {
            count -= frame.Count;
            _queue.Dequeue();
            _protocol.Let(frame);
        }

        _written = count;
    }
}
