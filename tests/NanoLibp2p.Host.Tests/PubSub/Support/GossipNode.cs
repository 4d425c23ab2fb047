using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.Tests.PubSub.Support;

/// <summary>A router in a <see cref="GossipNetwork"/>. Its messages are unsigned; one whose data begin with <c>bad</c> counts as one with a
/// wrong signature.</summary>
internal sealed class GossipNode : IGossipOutput
{
    private readonly GossipNetwork _network;
    private readonly Dictionary<GossipNode, GossipPeer> _peers = [];
    private readonly Dictionary<GossipPeer, GossipNode> _nodes = [];
    private readonly Dictionary<GossipNode, GossipIntake> _intakes = [];

    internal GossipNode(GossipNetwork network, int number, GossipSubOptions options)
    {
        _network = network;
        Options = options;
        byte[] id = new byte[38];
        new Random(number + 1).NextBytes(id);
        byte[] head = [0, 36, 8, 1, 0x12, 32];
        head.CopyTo(id, 0);
        Id = PeerId.FromBytes(id, 0, id.Length);
        Seen = new SeenIds(options.SeenMessages, (long)options.SeenTime.TotalMilliseconds, []);
        Router = new GossipRouter(options, this, Seen, new Random(number), network.NowMs);
    }

    internal GossipSubOptions Options { get; }

    internal PeerId Id { get; }

    internal long NowMs => _network.NowMs;

    internal string? Address { get; set; }

    internal SeenIds Seen { get; }

    internal GossipRouter Router { get; }

    /// <summary>Whether it takes part in all but passes no message on and answers no IWANT.</summary>
    internal bool IsSilent { get; set; }

    /// <summary>What was delivered, as text.</summary>
    internal List<string> Heard { get; } = [];

    /// <summary>What it was sent, as text: each part of an RPC.</summary>
    internal List<(GossipNode From, string Text)> Told { get; } = [];

    /// <summary>Peers that a PRUNE named and that are to be dialled.</summary>
    internal List<PeerExchange> Offered { get; } = [];

    internal bool WasAskedForDirect { get; private set; }

    /// <summary>Judges messages; null to accept them at once.</summary>
    internal Func<GossipMessage, GossipVerdict?>? Judge { get; set; }

    /// <summary>Messages that wait for a verdict.</summary>
    internal List<GossipMessage> Waiting { get; } = [];

    internal bool HasRecord { get; set; } = true;

    internal static ulong HashOf(ReadOnlySpan<byte> id)
    {
        ulong hash = 14695981039346656037;
        foreach (byte one in id)
        {
            hash = (hash ^ one) * 1099511628211;
        }

        return hash;
    }

    internal bool IsConnected(GossipNode node) => _peers.ContainsKey(node);

    internal GossipPeer PeerOf(GossipNode node) => _peers[node];

    internal double ScoreOf(GossipNode node) => Router.ScoreOf(_peers[node]);

    internal IEnumerable<GossipNode> Mesh(string topic)
        => Router.FindTopic(topic) is { } found ? found.Mesh.Select(peer => _nodes[peer]) : [];

    internal void Connected(GossipNode node, bool isOutbound)
    {
        GossipPeer peer = Router.AddPeer(node.Id, node.Address, isOutbound);
        _peers.Add(node, peer);
        _nodes[peer] = node;
        _intakes.Add(node, new GossipIntake(this, node));
    }

    internal void Agree(GossipNode node, GossipVersion version)
    {
        Router.SetVersion(_peers[node], version);
        Router.Flush();
    }

    internal void Disconnected(GossipNode node)
    {
        if (_peers.Remove(node, out GossipPeer? peer))
        {
            _intakes.Remove(node);
            Router.RemovePeer(peer);
            Router.Flush();
        }
    }

    internal void Join(string topic)
    {
        Router.SetJoined(topic, true);
        Router.Flush();
    }

    internal void Leave(string topic)
    {
        Router.SetJoined(topic, false);
        Router.Flush();
    }

    internal int Publish(string topic, byte[] data)
    {
        int sent = Router.Publish(Make(topic, data));
        Router.Flush();
        return sent;
    }

    internal int Publish(string topic, string data) => Publish(topic, GossipNetwork.Data(data));

    /// <summary>Has something come from a peer without that peer's router.</summary>
    internal void Take(GossipNode from, Action<GossipBatch> write)
    {
        GossipBatch batch = new();
        write(batch);
        batch.Apply(Router, _peers[from]);
        Router.Flush();
    }

    internal static GossipMessage Make(string topic, byte[] data)
    {
        byte[] name = Encoding.Latin1.GetBytes(topic);
        int message = ProtobufWriter.SizeOfBytes(RpcWriter.Data, data.Length)
            + ProtobufWriter.SizeOfBytes(RpcWriter.MessageTopic, name.Length);
        int head = RpcWriter.FrameBytes(message);
        GossipFrame frame = GossipFrame.Rent(head + message, isMessage: true);
        RpcWriter.WriteFrame(message, frame.Bytes, 0);
        int at = ProtobufWriter.WriteLength(RpcWriter.Data, data.Length, frame.Bytes, head);
        int dataAt = at;
        data.CopyTo(frame.Bytes, at);
        ProtobufWriter.WriteBytes(RpcWriter.MessageTopic, name, 0, name.Length, frame.Bytes, at + data.Length);
        frame.Count = head + message;
        byte[] id = IdOf(data);
        return new GossipMessage
        {
            Frame = frame, Topic = topic, Hash = HashOf(id), Id = id, DataOffset = dataAt, DataCount = data.Length,
        };
    }

    /// <summary>The id of a message: what its data begin with, up to a zero.</summary>
    internal static byte[] IdOf(byte[] data) => [.. data.TakeWhile(one => one != 0).Take(32)];

    internal static ulong HashOf(string data) => HashOf(IdOf(GossipNetwork.Data(data)));

    /// <summary>Bytes from a peer.</summary>
    internal void Receive(GossipNode from, byte[] bytes)
    {
        if (_peers.TryGetValue(from, out GossipPeer? peer) && _intakes.TryGetValue(from, out GossipIntake? intake))
        {
            Router.Advance(_network.NowMs);
            intake.Read(bytes, peer.IsGraylisted).Apply(Router, peer);
            Router.Flush();
        }
    }

    void IGossipOutput.Send(GossipPeer peer, GossipFrame frame)
    {
        GossipNode to = _nodes[peer];
        bool isLost = frame.IsMessage && (IsSilent || _network.Random.Next(100) < _network.LossPercent);
        if (!isLost)
        {
            byte[] bytes = frame.Bytes.AsSpan(frame.Offset, frame.Count).ToArray();

            // one after the other, as on a stream: the delay of a link is always the same
            long delay = 5 + ((Id.ToBytes()[^1] ^ to.Id.ToBytes()[^1]) % 40);
            _network.After(delay, () => to.Receive(this, bytes));
        }
    }

    void IGossipOutput.Deliver(GossipMessage message)
        => Heard.Add(Encoding.ASCII.GetString(IdOf(message.Frame.Bytes.AsSpan(message.DataOffset, message.DataCount).ToArray())));

    bool IGossipOutput.Validate(GossipMessage message)
    {
        if (Judge == null)
        {
            return false;
        }

        if (Judge(message) is { } verdict)
        {
            Router.Judge(message, verdict);
        }
        else
        {
            Waiting.Add(message);
        }

        return true;
    }

    void IGossipOutput.SetReading(string topic, bool read)
    {
    }

    void IGossipOutput.Connect(IReadOnlyList<PeerExchange> peers) => Offered.AddRange(peers);

    byte[]? IGossipOutput.RecordOf(GossipPeer peer) => HasRecord ? [1, 2, 3] : null;

    void IGossipOutput.ConnectDirect() => WasAskedForDirect = true;
}
