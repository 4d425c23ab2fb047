using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Bench;

/// <summary>The three processes of <see cref="FloodBench"/>. Each says where or that it is there, and then answers lines.</summary>
internal static class FloodPeers
{
    private const string Sink = "/sink/1.0.0";
    private const string Meshsub = "/meshsub/1.1.0";
    private const string Topic = "flood";
    private const int PieceBytes = 64 * 1024;

    // a gigabit a second, which a peer's own link can bring, in pieces of a record
    private const double PacedBytesPerSecond = 125e6;
    private const int PacedPieceBytes = 16 * 1024;
    private const int MessageBytes = 100;

    // messages that are written at once
    private const int Batch = 16;

    private static long _count;

    /// <summary>The gateway: takes data and messages, of which nobody reads the latter; "verify" measures a verification.</summary>
    internal static async Task ServeAsync()
    {
        Libp2pNodeOptions options = new() { Shards = 1 };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode node = await Libp2pNode.StartAsync(options);
        node.Handle(Sink, (stream, cancellation) => stream.CopyToAsync(Stream.Null, cancellation));
        using Subscription subscription = node.SubscribeAsync(Topic);
        await subscription.Joined;
        Console.WriteLine(node.ListenAddresses[0]);
        while (await Console.In.ReadLineAsync() != null)
        {
            Console.WriteLine(VerificationMicroseconds().ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The friend: a line is how many pings, the answer their middle and the 99th of 100, in microseconds.</summary>
    internal static async Task PingAsync(string address)
    {
        await using Libp2pNode node = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = 1, PubSub = null });
        PeerId gateway = await node.DialAsync(address);
        Console.WriteLine("connected");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            double[] microseconds = new double[int.Parse(line, CultureInfo.InvariantCulture)];
            for (int i = 0; i < microseconds.Length; i++)
            {
                microseconds[i] = (await node.PingAsync(gateway)).TotalMicroseconds;
            }

            Array.Sort(microseconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{microseconds[microseconds.Length / 2]} {microseconds[microseconds.Length * 99 / 100]}"));
        }
    }

    /// <summary>The flooder: "data", "gigabit" and "messages" begin, "end" ends, "count" tells bytes or messages written.</summary>
    internal static async Task FloodAsync(string address)
    {
        CryptoProvider crypto = DesktopCrypto.Choose();
        Identity identity = Identity.Create(crypto, new SystemRandom());
        await using Libp2pNode node = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = 1, PubSub = null, Identity = identity });
        PeerId gateway = await node.DialAsync(address);
        Console.WriteLine("connected");
        ulong number = 0;
        while (await Console.In.ReadLineAsync() is { } line && line is "data" or "gigabit" or "messages")
        {
            using CancellationTokenSource end = new();
            bool isData = line != "messages";
            bool isPaced = line == "gigabit";
            await using PeerStream stream = await node.OpenStreamAsync(gateway, isData ? Sink : Meshsub);
            _count = 0;
            Task writing = Task.Run(async () =>
            {
                byte[] piece = new byte[PieceBytes];
                long begun = Stopwatch.GetTimestamp();
                while (!end.IsCancellationRequested)
                {
                    if (isPaced && _count > Stopwatch.GetElapsedTime(begun).TotalSeconds * PacedBytesPerSecond)
                    {
                        Thread.SpinWait(1);
                        continue;
                    }

                    int bytes = isPaced ? PacedPieceBytes : isData ? PieceBytes : Sign(identity, crypto, ref number, piece);
                    await stream.WriteAsync(piece.AsMemory(0, bytes), CancellationToken.None);
                    Interlocked.Add(ref _count, isData ? bytes : Batch);
                }
            });
            Console.WriteLine("begun");
            while (await Console.In.ReadLineAsync() == "count")
            {
                Console.WriteLine(Interlocked.Read(ref _count).ToString(CultureInfo.InvariantCulture));
            }

            await end.CancelAsync();
            await writing;
            stream.CompleteWrites();
            Console.WriteLine("ended");
        }
    }

    // so many RPCs of one new message each, as gossipsub's peers have them: length, publish, message
    private static int Sign(Identity identity, CryptoProvider crypto, ref ulong number, byte[] piece)
    {
        const int Publish = 2;
        byte[] signed = new byte[512];
        byte[] sequence = new byte[sizeof(ulong)];
        byte[] signature = new byte[CryptoProvider.SignatureBytes];
        byte[] prefix = Encoding.ASCII.GetBytes("libp2p-pubsub:");
        prefix.CopyTo(signed, 0);
        int at = 0;
        for (int i = 0; i < Batch; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(sequence, ++number);
            byte[][] fields = [identity.PeerId.ToBytes(), new byte[MessageBytes], sequence, Encoding.ASCII.GetBytes(Topic)];
            int end = prefix.Length;
            for (int field = 0; field < fields.Length; field++)
            {
                end = ProtobufWriter.WriteBytes(field + 1, fields[field], 0, fields[field].Length, signed, end);
            }

            identity.Sign(crypto, signed, 0, end, signature, 0);
            end = ProtobufWriter.WriteBytes(fields.Length + 1, signature, 0, signature.Length, signed, end);
            int message = end - prefix.Length;
            at += Varint.Write((ulong)ProtobufWriter.SizeOfBytes(Publish, message), piece, at);
            at = ProtobufWriter.WriteBytes(Publish, signed, prefix.Length, message, piece, at);
        }

        return at;
    }

    private static double VerificationMicroseconds()
    {
        const int Times = 1001;
        CryptoProvider crypto = DesktopCrypto.Choose();
        Identity identity = Identity.Create(crypto, new SystemRandom());
        byte[] message = new byte[MessageBytes];
        byte[] signature = new byte[CryptoProvider.SignatureBytes];
        identity.Sign(crypto, message, 0, message.Length, signature, 0);
        byte[] key = identity.PeerId.ToBytes();
        double[] times = new double[Times];
        for (int i = 0; i < Times; i++)
        {
            long begun = Stopwatch.GetTimestamp();
            bool isGood = crypto.Ed25519Verify(key, key.Length - CryptoProvider.KeyBytes, message, 0, message.Length, signature, 0);
            times[i] = isGood ? Stopwatch.GetElapsedTime(begun).TotalMicroseconds
                : throw new InvalidOperationException("an own signature is wrong");
        }

        return times.Order().ElementAt(Times / 2);
    }
}
