using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>A whole node with default options, from the application's call to the driver's bytes and back; the link costs
/// nothing.</summary>
public static class ConnectionOperations
{
    private const int MessageBytes = 100;

    /// <summary>The operations.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("Connect, unknown peer", () => Connect(known: false)),
        new("Connect, known peer", () => Connect(known: true)),
        new("Open a stream", OpenStream),
        new("Send 100 bytes on a stream", Send),
        new("Receive 100 bytes on a stream", Receive),
        new("Poll with nothing to do", Idle),
    ];

    private static Action Connect(bool known)
    {
        Pair pair = new();
        if (known)
        {
            pair.Connect();
            pair.Disconnect();
        }
        return pair.Connect;
    }

    private static Action OpenStream()
    {
        Pair pair = new();
        pair.Connect();
        return pair.OpenStream;
    }

    private static Action Send()
    {
        Pair pair = Flowing();
        byte[] message = CryptoOperations.Bytes(MessageBytes, 1);
        return () => pair.Send(message);
    }

    private static Action Receive()
    {
        Pair pair = Flowing();
        pair.LetThemSend(CryptoOperations.Bytes(MessageBytes, 1));
        return () => pair.Take(MessageBytes);
    }

    private static Action Idle()
    {
        Pair pair = Flowing();
        return pair.Poll;
    }

    // connected, with a stream that both have agreed on and used
    private static Pair Flowing()
    {
        Pair pair = new();
        pair.Connect();
        pair.OpenStream();
        pair.Send(CryptoOperations.Bytes(MessageBytes, 2));
        pair.LetThemSend(CryptoOperations.Bytes(MessageBytes, 3));
        pair.Take(MessageBytes);
        pair.Rest();
        return pair;
    }

    /// <summary>The node that is counted, and the one at the other end.</summary>
    private sealed class Pair
    {
        private const int Patience = 100;

        private static readonly Multiaddr[] _address = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001")];

        private readonly Node _us;
        private readonly Node _them;
        private readonly Pipe _ours = new();
        private readonly Pipe _theirs = new();
        private Connection? _connection;

        public Pair()
        {
            MemoryNetwork network = new();
            _us = Node(1, network, _ours);
            _them = Node(2, network, _theirs);
            _them.Listen(_address[0], out _);
            Rest();
        }

        public void Connect()
        {
            _connection = _us.Dial(_address);
            for (int i = 0; i < Patience; i++)
            {
                _us.Poll(0);
                Them();
                if (_connection.IsOpen && _them.Connections[0].IsOpen)
                {
                    return;
                }
            }
            throw new InvalidOperationException($"the nodes did not connect: {_connection.CloseReason} ({_connection.CloseDetail})");
        }

        public void Disconnect()
        {
            _connection!.Close();
            Rest();
        }

        public void OpenStream()
        {
            _ours.Stream = _connection!.OpenStream(_ours, _ours.Index);
            for (int i = 0; !_ours.Stream.IsAgreed && i < Patience; i++)
            {
                _us.Poll(0);
                Them();
            }
            Must(_ours.Stream.IsAgreed && _theirs.Stream != null, "the stream was not agreed on");
        }

        public void Send(byte[] message)
        {
            Must(_ours.Stream!.Write(message, 0, message.Length) == message.Length, "the stream took only a part");
            _us.Poll(0);
        }

        public void LetThemSend(byte[] message)
        {
            Must(_theirs.Stream!.Write(message, 0, message.Length) == message.Length, "the stream took only a part");
            Them();
        }

        public void Take(int count)
        {
            int before = _ours.Received;
            _us.Poll(0);
            Must(_ours.Received == before + count, "the message did not arrive");
        }

        public void Poll() => _us.Poll(0);

        /// <summary>Both have done what they do while nobody waits, such as the next ephemeral keys.</summary>
        public void Rest()
        {
            for (int i = 0; i < 10; i++)
            {
                _us.Poll(0);
                _them.Poll(0);
            }
        }

        private void Them() => SharedAssemblies.Meter.Uncounted(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                _them.Poll(0);
            }
        });

        private static Node Node(int seed, MemoryNetwork network, Pipe pipe)
        {
            ManagedCrypto crypto = new();
            SeededRandom random = new(seed);
            Node node = new(new NodeOptions(), Identity.Create(crypto, random), crypto, random) { Transport = network.Transport() };
            node.Add(pipe);
            return node;
        }

        private static void Must(bool good, string otherwise)
        {
            if (!good)
            {
                throw new InvalidOperationException(otherwise);
            }
        }
    }

    /// <summary>A protocol that takes what comes.</summary>
    private sealed class Pipe : StreamProtocol
    {
        public int Index { get; private set; }

        public Libp2pStream? Stream { get; set; }

        public int Received { get; private set; }

        public override void OnOpened(Libp2pStream stream) => Stream = stream;

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            Received += count;
            return count;
        }

        protected override void Register(Node node) => Index = node.RegisterProtocol("/footprint/1.0.0", this, serve: true);
    }
}
