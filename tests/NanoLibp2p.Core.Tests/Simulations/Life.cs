using System;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Simulations;

/// <summary>
/// Two nodes and all that a short connection has: handshake, identify, pings and echoes both ways, an orderly end. It runs as far as
/// the network lets it and remembers how far that was.
/// </summary>
internal sealed class Life
{
    private readonly int echoBytes;

    public Life(uint seed, bool earlyMuxer = true, int echoBytes = 3000)
    {
        // a peer's record must fit, so that both have the same size
        int recordBytes = seed % 2 == 0 ? 512 : 2048;
        this.echoBytes = echoBytes;
        Simulation = new Simulation(seed);
        Listener = new Half(Simulation, new NodeOptions { EarlyMuxer = earlyMuxer, RecordBytes = recordBytes });
        Dialer = new Half(Simulation, new NodeOptions { RecordBytes = recordBytes });
        Address = Listener.Node.Listen();
    }

    public Simulation Simulation { get; }

    public Half Listener { get; }

    public Half Dialer { get; }

    public Multiaddr Address { get; }

    /// <summary>Runs one connection from dial to end, or to its failure.</summary>
    /// <returns>True when everything was done and both sides have closed.</returns>
    public bool Run(int milliseconds = 200_000, Condition? during = null)
    {
        int dialerClosed = Dialer.Node.Closed;
        int listenerClosed = Listener.Node.Closed;
        int accepted = Listener.Node.Connected;
        Dialer.Begin(echoBytes);
        Listener.Begin(echoBytes);
        Connection connection = Dialer.Node.Dial(Address);
        Assert.NotNull(connection);
        bool closing = false;
        bool ended = Simulation.Run(() =>
        {
            during?.Invoke();
            Dialer.Work();
            Listener.Work();
            if (!closing && Dialer.IsDone && Listener.IsDone && connection.IsOpen)
            {
                closing = true;
                connection.Close();
            }

            // a link that was cut before it was accepted leaves one side without a connection
            return Dialer.Node.Closed > dialerClosed && !Listener.Node.InUse;
        }, milliseconds);
        Assert.True(ended, "a connection neither goes on nor ends");
        Dialer.Forget();
        Listener.Forget();
        Assert.Equal(dialerClosed + 1, Dialer.Node.Closed);
        Assert.True(Listener.Node.Closed <= listenerClosed + 1);
        Assert.True(Listener.Node.Connected <= accepted + 1);
        return Dialer.IsDone && Listener.IsDone && closing;
    }

    public override string ToString() => $"dialer {Dialer}, listener {Listener}";

    internal sealed class Half : IdentifyEvents
    {
        private readonly PongCounter pongs = new();
        private readonly EchoProtocol echo = new();
        private int connected;
        private int pingsBefore;
        private int identified;
        private int echoBytes;
        private long sent;
        private bool asked;
        private bool pinged;
        private Libp2pStream? stream;
        private Connection? connection;

        public Half(Simulation simulation, NodeOptions options)
        {
            Node = simulation.Add(options, new CheapCrypto());
            Node.Node.Add(echo);
            Node.Node.Ping.Events = pongs;
            Node.Node.Identify.Events = this;
        }

        public TestNode Node { get; }

        public EchoProtocol Echo => echo;

        public bool IsDone => identified > 0 && pongs.Pongs > pingsBefore && stream != null && stream.Progress == echoBytes;

        public override string ToString() =>
            $"{Node.LastReason} {Node.LastDetail}: identified {identified}, pongs {pongs.Pongs}, sent {sent}, back {stream?.Progress}";

        public void Begin(int bytes)
        {
            connected = Node.Connected;
            pingsBefore = pongs.Pongs;
            identified = 0;
            echoBytes = bytes;
            sent = 0;
            asked = false;
            pinged = false;
            stream = null;
            connection = null;
        }

        public void Work()
        {
            if (connection == null)
            {
                if (Node.Connected == connected)
                {
                    return;
                }
                connection = Node.LastConnected;
            }
            if (!connection.IsOpen)
            {
                return;
            }
            asked = asked || Node.Node.Identify.Ask(connection);
            pinged = pinged || Node.Node.Ping.Send(connection);
            if (stream == null)
            {
                stream = echo.Open(connection);
            }
            if (stream != null && sent < echoBytes)
            {
                sent += EchoProtocol.Send(stream, sent, (int)(echoBytes - sent));
            }
        }

        public void Forget()
        {
            Assert.Equal(0, echo.Wrong);
            foreach (Connection each in Node.Node.Connections)
            {
                Assert.Equal(ConnectionState.Free, each.State);
                Assert.Null(each.Link);
                Assert.Equal(0, each.OpenStreams);
            }
        }

        public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last)
        {
        }

        public override void OnEnd(Connection connection, bool complete) => identified += complete ? 1 : 0;
    }
}
