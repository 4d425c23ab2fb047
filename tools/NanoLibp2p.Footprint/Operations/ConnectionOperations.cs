using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>A whole node with default options, from the application's call to the driver's bytes and back; the link costs nothing.</summary>
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
        var pair = new Pair();
        if (known)
        {
            pair.Connect();
            pair.Disconnect();
        }
        return pair.Connect;
    }

    private static Action OpenStream()
    {
        var pair = new Pair();
        pair.Connect();
        return pair.OpenStream;
    }

    private static Action Send()
    {
        var pair = Flowing();
        var message = CryptoOperations.Bytes(MessageBytes, 1);
        return () => pair.Send(message);
    }

    private static Action Receive()
    {
        var pair = Flowing();
        pair.LetThemSend(CryptoOperations.Bytes(MessageBytes, 1));
        return () => pair.Take(MessageBytes);
    }

    private static Action Idle()
    {
        var pair = Flowing();
        return pair.Poll;
    }

    // connected, with a stream that both have agreed on and used
    private static Pair Flowing()
    {
        var pair = new Pair();
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

        private static readonly Multiaddr[] address = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001")];

        private readonly Node us;
        private readonly Node them;
        private readonly Pipe ours = new();
        private readonly Pipe theirs = new();
        private Connection? connection;

        public Pair()
        {
            var network = new MemoryNetwork();
            us = Node(1, network, ours);
            them = Node(2, network, theirs);
            them.Listen(address[0], out _);
            Rest();
        }

        public void Connect()
        {
            connection = us.Dial(address);
            for (var i = 0; i < Patience; i++)
            {
                us.Poll(0);
                Them();
                if (connection.IsOpen && them.Connections[0].IsOpen)
                {
                    return;
                }
            }
            throw new InvalidOperationException($"the nodes did not connect: {connection.CloseReason} ({connection.CloseDetail})");
        }

        public void Disconnect()
        {
            connection!.Close();
            Rest();
        }

        public void OpenStream()
        {
            ours.Stream = connection!.OpenStream(ours, ours.Index);
            for (var i = 0; !ours.Stream.IsAgreed && i < Patience; i++)
            {
                us.Poll(0);
                Them();
            }
            Must(ours.Stream.IsAgreed && theirs.Stream != null, "the stream was not agreed on");
        }

        public void Send(byte[] message)
        {
            Must(ours.Stream!.Write(message, 0, message.Length) == message.Length, "the stream took only a part");
            us.Poll(0);
        }

        public void LetThemSend(byte[] message)
        {
            Must(theirs.Stream!.Write(message, 0, message.Length) == message.Length, "the stream took only a part");
            Them();
        }

        public void Take(int count)
        {
            var before = ours.Received;
            us.Poll(0);
            Must(ours.Received == before + count, "the message did not arrive");
        }

        public void Poll() => us.Poll(0);

        /// <summary>Both have done what they do while nobody waits, such as the next ephemeral keys.</summary>
        public void Rest()
        {
            for (var i = 0; i < 10; i++)
            {
                us.Poll(0);
                them.Poll(0);
            }
        }

        private void Them() => SharedAssemblies.Meter.Uncounted(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                them.Poll(0);
            }
        });

        private static Node Node(int seed, MemoryNetwork network, Pipe pipe)
        {
            var crypto = new ManagedCrypto();
            var random = new SeededRandom(seed);
            var node = new Node(new NodeOptions(), Identity.Create(crypto, random), crypto, random) { Transport = network.Transport() };
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
