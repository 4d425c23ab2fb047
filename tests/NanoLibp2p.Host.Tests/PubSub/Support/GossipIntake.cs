using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.Tests.PubSub.Support;

/// <summary>Reads what one simulated node sends another with the real codec, and writes it down.</summary>
internal sealed class GossipIntake : RpcHandler
{
    private readonly GossipNode _node;
    private readonly GossipNode _from;
    private readonly Reader _reader;
    private GossipBatch _batch = new();
    private List<PeerExchange>? _peers;
    private string? _have;
    private bool _isMuted;

    internal GossipIntake(GossipNode node, GossipNode from)
        : base(false)
    {
        _node = node;
        _from = from;
        _reader = new Reader(this);
    }

    internal GossipBatch Read(byte[] bytes, bool isMuted)
    {
        _batch = new GossipBatch();
        _isMuted = isMuted;
        Assert.Equal(bytes.Length, _reader.Receive(bytes, 0, bytes.Length));
        return _batch;
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

    protected override void Register(Node node)
    {
    }

    protected override void OnSubscription(RpcReader from, bool subscribe)
        => Note(subscribe ? GossipEventKind.Subscribe : GossipEventKind.Unsubscribe, _reader.Name);

    protected override void OnGraft(RpcReader from) => Note(GossipEventKind.Graft, _reader.Name);

    protected override void OnPrunePeer(RpcReader from, byte[] buffer, int idCount, int record, int recordCount)
        => (_peers ??= []).Add(new PeerExchange(buffer[..idCount], recordCount == 0 ? null : buffer[record..(record + recordCount)]));

    protected override void OnPrune(RpcReader from, ulong backoffSeconds)
    {
        _node.Told.Add((_from, $"Prune {_reader.Name} {backoffSeconds} {_peers?.Count ?? 0}"));
        Add(new GossipEvent { Kind = GossipEventKind.Prune, Topic = _reader.Name, Number = backoffSeconds, Peers = _peers });
        _peers = null;
    }

    protected override void OnHave(RpcReader from, byte[] id, int count)
    {
        if (_have != _reader.Name)
        {
            _have = _reader.Name;
            Note(GossipEventKind.HaveBegin, _have);
        }

        _node.Told.Add((_from, $"Have {_have} {Encoding.ASCII.GetString(id, 0, count)}"));
        Add(new GossipEvent { Kind = GossipEventKind.Have, Number = GossipNode.HashOf(id.AsSpan(0, count)), Id = id[..count] });
    }

    protected override void OnWant(RpcReader from, byte[] id, int count)
    {
        _node.Told.Add((_from, $"Want {Encoding.ASCII.GetString(id, 0, count)}"));
        Add(new GossipEvent { Kind = GossipEventKind.Want, Number = GossipNode.HashOf(id.AsSpan(0, count)) });
    }

    protected override void OnDontWant(RpcReader from, byte[] id, int count)
    {
        _node.Told.Add((_from, $"DontWant {Encoding.ASCII.GetString(id, 0, count)}"));
        Add(new GossipEvent { Kind = GossipEventKind.DontWant, Number = GossipNode.HashOf(id.AsSpan(0, count)) });
    }

    protected override void OnExtension(RpcReader from, int field, ulong value)
        => Add(new GossipEvent { Kind = GossipEventKind.Extension, Number = (ulong)field });

    protected override void OnExtensions(RpcReader from) => _node.Told.Add((_from, "Extensions"));

    protected override void OnRpcEnd(RpcReader from)
    {
        _have = null;
        Add(new GossipEvent { Kind = GossipEventKind.RpcEnd });
    }

    protected override void OnTooLong(RpcReader from) => Assert.Fail("a message is too long");

    protected override bool OnPublish(RpcReader from)
    {
        byte[] data = _reader.Field(RpcWriter.Data);
        string topic = Encoding.Latin1.GetString(_reader.Field(RpcWriter.MessageTopic));
        string text = Encoding.ASCII.GetString(GossipNode.IdOf(data));
        ulong hash = GossipNode.HashOf(text);
        _node.Told.Add((_from, $"Message {text}"));
        if (_isMuted)
        {
            _node.Router.Drop(GossipDrop.Graylisted);
        }
        else if (text.StartsWith("bad", StringComparison.Ordinal))
        {
            Add(new GossipEvent { Kind = GossipEventKind.Invalid, Topic = topic });
        }
        else if (_node.Seen.TryAdd(hash, _node.NowMs))
        {
            Add(new GossipEvent { Kind = GossipEventKind.Message, Message = GossipNode.Make(topic, data) });
        }
        else
        {
            Add(new GossipEvent { Kind = GossipEventKind.Duplicate, Topic = topic, Number = hash });
        }

        return true;
    }

    private void Note(GossipEventKind kind, string topic)
    {
        _node.Told.Add((_from, $"{kind} {topic}"));
        Add(new GossipEvent { Kind = kind, Topic = topic });
    }

    private void Add(GossipEvent one)
    {
        if (!_isMuted || one.Kind is GossipEventKind.RpcEnd)
        {
            _batch.Events.Add(one);
        }
    }

    private sealed class Reader(RpcHandler handler) : RpcReader(handler, 1 << 20)
    {
        internal string Name { get; private set; } = "";

        internal byte[] Field(int field) => Count[field] < 0 ? [] : Buffer[At[field]..(At[field] + Count[field])];

        protected override void MakeRoom(int bytes)
        {
            if (Buffer == null || Buffer.Length < bytes)
            {
                Buffer = new byte[bytes];
            }
        }

        protected override void BeginTopic(ulong bytes) => Name = "";

        protected override void TakeTopic(int position, byte[] buffer, int offset, int count)
            => Name += Encoding.Latin1.GetString(buffer, offset, count);
    }
}
