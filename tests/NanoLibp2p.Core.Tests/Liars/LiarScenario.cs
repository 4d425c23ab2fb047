using NanoLibp2p.Core.Ping;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Liars;

/// <summary>
/// A node with two peers: a friend that pings it and is pinged without a pause, and a liar. Whatever the liar does must end its own
/// connection for the right reason, and the friend must not notice.
/// </summary>
internal sealed class LiarScenario
{
    private readonly PingLoop _toFriend;
    private readonly PingLoop _fromFriend;

    public LiarScenario(NodeOptions? options = null)
    {
        Simulation = new Simulation(3);
        Simulation.Network.MaxDelayMs = 40;
        options ??= new NodeOptions();
        options.MaxConnections = 3;
        options.MaxHandshakes = 2;
        Node = Simulation.Add(options);
        Friend = Simulation.Add(new NodeOptions());
        Echo = new EchoProtocol();
        Node.Node.Add(Echo);
        Address = Node.Listen();
        Friend.Dial(Address);
        Assert.True(Simulation.Run(() => Node.Connected == 1 && Friend.Connected == 1, 1000));
        _toFriend = new PingLoop(Node.Node, Node.LastConnected);
        _fromFriend = new PingLoop(Friend.Node, Friend.LastConnected);
        FriendsConnection = Node.LastConnected;
        Liar = new RawPeer(Simulation);
    }

    public Simulation Simulation { get; }

    /// <summary>The node that is lied to.</summary>
    public TestNode Node { get; }

    public TestNode Friend { get; }

    public Connection FriendsConnection { get; }

    public RawPeer Liar { get; }

    public EchoProtocol Echo { get; }

    public Multiaddr Address { get; }

    /// <summary>Has the liar call the node.</summary>
    public RawPeer LiarDials() => Liar.Dial(Address);

    /// <summary>Has the node call the liar.</summary>
    public RawPeer LiarIsDialed(Multiaddr? address = null)
    {
        Multiaddr listening = Liar.Listen();
        Node.Dial(address?.WithPort(listening.Port) ?? listening);
        return Liar.Accept();
    }

    /// <summary>Has the liar's connection come so far that streams can be opened, whichever side dialled.</summary>
    public RawPeer LiarConnects(bool liarDials = true)
    {
        RawPeer liar = (liarDials ? LiarDials() : LiarIsDialed()).Handshake();
        Assert.True(Simulation.Run(() => Node.Connected == 2, 1000));
        return liar;
    }

    /// <summary>The liar's connection ends within the time, once, for this reason, and nothing else changes.</summary>
    public void Expect(CloseReason reason, int? detail = null, int withinMs = 1000)
    {
        Assert.True(Simulation.Run(() => Node.Closed > 0, withinMs), "the connection goes on");
        Assert.Equal(reason, Node.LastReason);
        if (detail != null)
        {
            Assert.Equal(detail, Node.LastDetail);
        }
        FriendIsUnharmed();
        Assert.Equal(1, Node.Closed);
        Assert.True(Liar.Link.Dead || Liar.IsCutOff);
    }

    /// <summary>The liar's connection goes on as well: what it did costs a stream at the most.</summary>
    public void ExpectToGoOn()
    {
        FriendIsUnharmed();
        Assert.Equal(0, Node.Closed);
    }

    /// <summary>Pings keep coming back, both ways, none was lost, and the connection is the same.</summary>
    public void FriendIsUnharmed()
    {
        int there = _fromFriend.Pongs;
        int back = _toFriend.Pongs;
        Assert.True(Simulation.Run(() => _fromFriend.Pongs > there + 2 && _toFriend.Pongs > back + 2, 2000), "the friend's pings hang");
        Assert.Equal(0, _fromFriend.Failures + _toFriend.Failures);
        Assert.Equal(0, Friend.Closed);
        Assert.True(FriendsConnection.IsOpen);
    }

    private sealed class PingLoop : PingEvents
    {
        private readonly Node _node;
        private readonly Connection _peer;

        public PingLoop(Node node, Connection peer)
        {
            _node = node;
            _peer = peer;
            node.Ping.Events = this;
            Assert.True(node.Ping.Send(peer));
        }

        public int Pongs { get; private set; }

        public int Failures { get; private set; }

        public override void OnPong(Connection connection)
        {
            Assert.Same(_peer, connection);
            Pongs++;
            Failures += _node.Ping.Send(_peer) ? 0 : 1;
        }

        public override void OnPingFailed(Connection connection) => Failures++;
    }
}
