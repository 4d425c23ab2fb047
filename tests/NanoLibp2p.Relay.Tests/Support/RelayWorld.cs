using System;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Relay.Tests;

/// <summary>A relay, a device with a reservation at it, and a peer that dials it through the relay: in virtual time.</summary>
internal sealed class RelayWorld
{
    private readonly NodeOptions _sizes;

    public RelayWorld(RelayOptions? options = null, int connections = 2, bool borrows = false, bool begins = true, uint seed = 1,
        NodeOptions? device = null)
    {
        _sizes = new NodeOptions { LargeRecordBytes = 0, MaxConnections = connections, MaxStreams = 12 };
        _sizes.BufferBytes = borrows ? 1 << 22 : 0;
        Simulation = new Simulation(seed);
        Simulation.Network.MaxDelayMs = 20;
        NodeOptions relay = new() { LargeRecordBytes = 0, MaxConnections = 8, MaxStreams = 32 };
        if (device != null)
        {
            // their records are as long as they may be
            relay.SendBytes = _sizes.SendBytes = 8192;
        }

        RelayNode = Simulation.Add(new TestNode(Simulation.Network, relay, new CheapCrypto()));
        Hop = new TestHop();
        RelayNode.Node.Add(Hop);
        RelayAddress = RelayNode.Listen();
        Options = options ?? new RelayOptions();
        if (Options.Relays.Length == 0)
        {
            Options.Relays = [RelayAddress];
        }

        Device = device == null ? AddNode() : Simulation.Add(new TestNode(Simulation.Network, device, new CheapCrypto()));
        Client = new RelayClient(Options) { Events = Heard };
        Echo = new EchoProtocol();
        Device.Node.Add(Client);
        Device.Node.Add(Echo);
        Caller = AddNode();
        Dialer = new RelayDialer(2);
        Asking = new EchoProtocol();
        Caller.Node.Add(Dialer);
        Caller.Node.Add(Asking);
        if (begins)
        {
            Assert.True(Run(() => Client.IsReserved), "no reservation");
        }
    }

    public Simulation Simulation { get; }

    public TestNode RelayNode { get; }

    public TestHop Hop { get; }

    public Multiaddr RelayAddress { get; }

    public RelayOptions Options { get; }

    public TestNode Device { get; }

    public RelayClient Client { get; }

    public HeardEvents Heard { get; } = new();

    public EchoProtocol Echo { get; }

    public TestNode Caller { get; }

    public RelayDialer Dialer { get; }

    public EchoProtocol Asking { get; }

    public string Address => Client.Address!;

    public TestNode AddNode() => Simulation.Add(new TestNode(Simulation.Network, _sizes, new CheapCrypto()));

    public bool Run(Func<bool> until, int milliseconds = 30_000) => Simulation.Run(() => until(), milliseconds);

    /// <summary>Dials the device through the relay, and waits until both ends are open.</summary>
    public Connection DialThrough()
    {
        Connection dialed = Dialer.Dial(Address);
        Assert.NotNull(dialed);
        int before = Device.Connected;
        Assert.True(Run(() => dialed.IsOpen && Device.Connected > before), $"not connected: {Caller.LastReason} {Caller.LastDetail}");
        return dialed;
    }

    internal sealed class HeardEvents : RelayEvents
    {
        public int Reserved { get; private set; }

        public int Lost { get; private set; }

        public RelayStatus Status { get; private set; }

        public long Unix { get; set; }

        public override void OnReserved(RelayClient client) => Reserved++;

        public override void OnLost(RelayClient client, RelayStatus status)
        {
            Lost++;
            Status = status;
        }

        public override long UnixSeconds() => Unix;
    }
}
