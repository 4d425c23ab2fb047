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
    private readonly int _echoBytes;

    public Life(uint seed, bool earlyMuxer = true, int echoBytes = 3000)
    {
        // a peer's record must fit, so that both have the same size
        int recordBytes = seed % 2 == 0 ? 512 : 2048;
        _echoBytes = echoBytes;
        Simulation = new Simulation(seed);
        NodeOptions options = new NodeOptions { EarlyMuxer = earlyMuxer, RecordBytes = recordBytes };
        if (seed % 3 == 0)
        {
            // as on a desktop, where a connection has buffers only while they hold bytes
            options.BufferBytes = 1 << 20;
            options.LargeRecordBytes = 0;
        }

        Listener = new Half(Simulation, options);
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
        Dialer.Begin(_echoBytes);
        Listener.Begin(_echoBytes);
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
        private readonly PongCounter _pongs = new();
        private readonly EchoProtocol _echo = new();
        private int _connected;
        private int _pingsBefore;
        private int _identified;
        private int _echoBytes;
        private long _sent;
        private bool _asked;
        private bool _pinged;
        private Libp2pStream? _stream;
        private Connection? _connection;

        public Half(Simulation simulation, NodeOptions options)
        {
            Node = simulation.Add(options, new CheapCrypto());
            Node.Node.Add(_echo);
            Node.Node.Ping.Events = _pongs;
            Node.Node.Identify.Events = this;
        }

        public TestNode Node { get; }

        public EchoProtocol Echo => _echo;

        public bool IsDone => _identified > 0 && _pongs.Pongs > _pingsBefore && _stream != null && _stream.Progress == _echoBytes;

        public override string ToString() =>
            $"{Node.LastReason} {Node.LastDetail}: identified {_identified}, pongs {_pongs.Pongs}, sent {_sent}, back {_stream?.Progress}";

        public void Begin(int bytes)
        {
            _connected = Node.Connected;
            _pingsBefore = _pongs.Pongs;
            _identified = 0;
            _echoBytes = bytes;
            _sent = 0;
            _asked = false;
            _pinged = false;
            _stream = null;
            _connection = null;
        }

        public void Work()
        {
            if (_connection == null)
            {
                if (Node.Connected == _connected)
                {
                    return;
                }
                _connection = Node.LastConnected;
            }
            if (!_connection.IsOpen)
            {
                return;
            }
            _asked = _asked || Node.Node.Identify.Ask(_connection);
            _pinged = _pinged || Node.Node.Ping.Send(_connection);
            if (_stream == null)
            {
                _stream = _echo.Open(_connection);
            }
            if (_stream != null && _sent < _echoBytes)
            {
                _sent += EchoProtocol.Send(_stream, _sent, (int)(_echoBytes - _sent));
            }
        }

        public void Forget()
        {
            Assert.Equal(0, _echo.Wrong);
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

        public override void OnEnd(Connection connection, bool complete) => _identified += complete ? 1 : 0;
    }
}
