using System;
using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Core.Tests.Yamux;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>What a peer is told when a connection or a stream ends, and what its own word is taken for.</summary>
public class ReasonTests
{
    private readonly Simulation _simulation = new(44);

    [Theory]
    [InlineData(CloseReason.MemoryExceeded, ErrorCode.ResourceLimit)]
    [InlineData(CloseReason.Trimmed, ErrorCode.GarbageCollected)]
    [InlineData(CloseReason.Blocked, ErrorCode.Gated)]
    [InlineData(CloseReason.ShuttingDown, ErrorCode.ShuttingDown)]
    [InlineData(CloseReason.ProtocolViolated, ErrorCode.ProtocolViolation)]
    [InlineData(CloseReason.Local, ErrorCode.None)]
    public void A_peer_is_told_the_drafts_code_when_we_leave_it(CloseReason reason, uint code)
    {
        TestNode node = _simulation.Add(new NodeOptions { DraftErrorCodes = true });
        RawPeer peer = new RawPeer(_simulation).Dial(node.Listen()).Handshake();
        _simulation.Run(10);
        node.LastConnected.Close(reason, 1);

        Frame said = peer.Receive();
        while (said.Type != Frame.GoAway)
        {
            said = peer.Receive();
        }

        Assert.Equal(new Frame(Frame.GoAway, 0, 0, code), said);
    }

    [Fact]
    public void Without_the_drafts_every_reason_is_one_of_Yamuxs_three_codes()
    {
        CloseReason[] reasons = Enum.GetValues<CloseReason>();
        Assert.All(reasons, reason => Assert.InRange(ErrorCode.Of(reason, false), 0u, 2u));
        Assert.All(reasons.Where(reason => ErrorCode.Of(reason, true) != 0), reason => Assert.NotNull(
            ErrorCode.Describe(ErrorCode.Of(reason, true))));
    }

    [Fact]
    public void A_stream_beyond_the_limit_is_refused_with_the_resource_limit_as_its_reason()
    {
        TestNode node = _simulation.Add(new NodeOptions { DraftErrorCodes = true, MaxStreams = 1 });
        RawPeer peer = new RawPeer(_simulation).Dial(node.Listen()).Handshake();
        peer.Send(new Frame(Frame.Data, Frame.Syn, 1, 0), new Frame(Frame.Data, Frame.Syn, 3, 0));

        Frame said = peer.Receive();
        while (said.Id != 3)
        {
            said = peer.Receive();
        }

        Assert.Equal(new Frame(Frame.Window, Frame.Rst, 3, ErrorCode.ResourceLimit), said);
    }

    [Fact]
    public void A_peers_code_of_a_reset_is_told_to_the_protocol_and_is_no_window()
    {
        TestNode node = _simulation.Add(new NodeOptions { DraftErrorCodes = true });
        CodeProtocol codes = new();
        node.Node.Add(codes);
        RawPeer peer = new RawPeer(_simulation).Dial(node.Listen()).Handshake();
        _simulation.Run(10);
        Libp2pStream stream = codes.Open(node.LastConnected);
        _simulation.Run(10);
        peer.Send(new Frame(Frame.Window, Frame.Rst, stream.StreamId, uint.MaxValue));
        _simulation.Run(10);
        Assert.Equal(uint.MaxValue, codes.Last);

        // and the next stream on the same object begins without
        Libp2pStream next = codes.Open(node.LastConnected);
        Assert.Equal((true, 0u), (next.IsOpen, next.ResetCode));

        next.Reset(ErrorCode.RateLimited);
        Frame said = peer.Receive();
        while ((said.Flags & Frame.Rst) == 0)
        {
            said = peer.Receive();
        }

        Assert.Equal(new Frame(Frame.Window, Frame.Rst, next.StreamId, ErrorCode.RateLimited), said);
        Assert.True(node.LastConnected.IsOpen);
    }

    [Fact]
    public void A_host_has_no_more_adopted_connections_than_it_may_and_protected_ones_never_give_way()
    {
        NodeOptions options = new() { MaxConnections = 8, MaxConnectionsPerHost = 2, MaxHandshakes = 8, KeepAliveMs = 0 };
        ShardNode node = new(_simulation.Network, options);
        _simulation.Add(node);
        Multiaddr address = node.Listen();
        RawPeer[] peers = [.. Enumerable.Range(0, 2).Select(_ => new RawPeer(_simulation).Dial(address).Handshake())];
        _simulation.Run(10);
        foreach (Connection connection in node.Node.Connections)
        {
            connection.IsProtected = connection.IsOpen;
        }

        _simulation.Run(60_000);
        RawPeer third = new RawPeer(_simulation).Dial(address);
        _simulation.Run(10);
        Assert.True(third.IsCutOff);
        Assert.Equal((0, 1), (node.Closed, node.TurnedAway));

        // unprotected, the oldest gives its place up
        foreach (Connection connection in node.Node.Connections)
        {
            connection.IsProtected = false;
        }

        RawPeer fourth = new RawPeer(_simulation).Dial(address).Handshake();
        Assert.Equal((1, 1), (node.Closed, node.TurnedAway));
        Assert.Equal([true, false, false], new[] { peers[0], peers[1], fourth }.Select(peer => peer.IsCutOff));
    }

    private sealed class CodeProtocol : StreamProtocol
    {
        private int _index;

        public uint Last { get; private set; }

        public Libp2pStream Open(Connection connection) => connection.OpenStream(this, _index)!;

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

        public override void OnClosed(Libp2pStream stream, bool reset) => Last = stream.ResetCode;

        protected override void Register(Node node) => _index = node.RegisterProtocol("/codes/1.0.0", this, false);
    }
}
