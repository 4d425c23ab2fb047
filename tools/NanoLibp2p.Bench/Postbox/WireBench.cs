using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Bench.Postbox;

/// <summary>
/// How many bytes go over TCP, both ways, all of libp2p included: for a deposit, a probe, and a wake-up that finds nothing. Between client
/// and gateway stands who counts.
/// </summary>
internal static class WireBench
{
    // sealed, a command of 20 bytes
    private const int ItemBytes = 128;
    private const int DepositField = 2;
    private const int SyncField = 4;
    private const int ConfigureField = 6;

    // beside a body of one block (SPEC.md 5.7)
    private const int OwnOverhead = 108;
    private const int OwnOverheadWithProof = 118;

    private static readonly int[] _bodies = [20, 50, 100, 200];

    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(400);

    /// <summary>Measures, and tells.</summary>
    internal static async Task RunAsync()
    {
        Identity identity = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        Libp2pNodeOptions options = new() { Shards = 1, Identity = identity };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode gateway = await Libp2pNode.StartAsync(options);
        await using MemoryPostboxStore store = new();
        await using PostboxService service = await PostboxService.StartAsync(
            gateway, store, new PostboxServiceOptions { Identity = identity, Admits = _ => true, Work = 1 });
        using Counter counter = new(gateway.ListenAddresses[0].Port);
        Multiaddr through = Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{counter.Port}/p2p/{gateway.PeerId}");
        Identity own = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        long connected;
        long opened;
        long probed;
        long deposited;
        await using (Libp2pNode client = await StartClientAsync(own))
        {
            await client.DialAsync(through);
            connected = await counter.TakeAsync(_quiet);
            PeerStream stream = await client.OpenStreamAsync(gateway.PeerId, PostboxService.ProtocolId);
            await AskAsync(stream, ConfigureField, []);
            await counter.TakeAsync(_quiet);
            await AskAsync(stream, SyncField, []);
            probed = await counter.TakeAsync(_quiet);
            byte[] item = [1, 0, .. new byte[ItemBytes - 2]];
            byte[] body;
            long tried = 0;
            do
            {
                byte[] work = Wire.Fixed64(6, BitConverter.GetBytes(tried++));
                body = [.. Wire.Bytes(1, own.PeerId.ToBytes()), .. work, .. Wire.Bytes(15, item)];
                await counter.TakeAsync(_quiet);
            }
            while (await AskAsync(stream, DepositField, body) != 0 && tried < 64);
            deposited = await counter.TakeAsync(_quiet);
            await AskAsync(stream, SyncField, Wire.Bytes(1, Wire.Fixed64(1, BitConverter.GetBytes(ItemId.Of(item).Name))));
            PeerStream other = await client.OpenStreamAsync(gateway.PeerId, PostboxService.ProtocolId);
            await counter.TakeAsync(_quiet);
            await using (other)
            {
                await AskAsync(other, SyncField, []);
            }

            opened = await counter.TakeAsync(_quiet);
        }

        await counter.TakeAsync(_quiet);
        await using (Libp2pNode client = await StartClientAsync(own))
        {
            await client.DialAsync(through);
            await using PeerStream stream = await client.OpenStreamAsync(gateway.PeerId, PostboxService.ProtocolId);
            await AskAsync(stream, SyncField, []);
        }

        long woken = await counter.TakeAsync(_quiet);
        Console.WriteLine();
        Console.WriteLine($"Bytes over TCP, both ways together, of a desktop node (a device says less of itself in identify).");
        Console.WriteLine();
        Console.WriteLine("| | bytes |");
        Console.WriteLine("|---|--:|");
        Row($"a deposit of {ItemBytes} bytes, with work, on an open stream", deposited);
        Row("a probe that finds nothing, on an open stream", probed);
        Row("a stream opened, probed and closed", opened);
        Row("a connection alone: Noise, yamux, identify both ways", connected);
        Row("a wake-up that finds nothing: connection, stream, probe, good-bye", woken);
        Console.WriteLine();
        Console.WriteLine("Bytes that are stored beside the body; those of LXMF's propagation nodes are computed from its source.");
        Console.WriteLine();
        Console.WriteLine("| body | ours | with a delivery proof | LXMF's |");
        Console.WriteLine("|--:|--:|--:|--:|");
        foreach (int body in _bodies)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {body} | {OwnOverhead} | {OwnOverheadWithProof} | {LxmfSize.Overhead(body)} |"));
        }
    }

    private static void Row(string what, long bytes) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {bytes:N0} |"));

    private static Task<Libp2pNode> StartClientAsync(Identity identity) =>
        Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = 1, Identity = identity });

    // the answer's code
    private static async Task<int> AskAsync(PeerStream stream, int field, byte[] body)
    {
        await stream.WriteAsync(Wire.Delimited([.. Wire.Number(1, 1), .. Wire.Bytes(field, body)]));
        List<byte> unread = [];
        byte[] buffer = new byte[4096];
        while (true)
        {
            if (Wire.TryTake(unread) is { } answer)
            {
                return (int)Wire.NumberOf(Wire.Read(answer), 2);
            }

            int count = await stream.ReadAsync(buffer);
            if (count == 0)
            {
                throw new InvalidOperationException("the stream has ended instead of an answer");
            }

            unread.AddRange(buffer.AsSpan(0, count));
        }
    }

    /// <summary>Passes connections on to a port, and counts.</summary>
    private sealed class Counter : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private long _bytes;

        internal Counter(int port)
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _ = AcceptAsync(port);
        }

        internal int Port { get; }

        /// <summary>What went since the last time, once nothing goes any more.</summary>
        internal async Task<long> TakeAsync(TimeSpan quiet)
        {
            long before;
            do
            {
                before = Interlocked.Read(ref _bytes);
                await Task.Delay(quiet);
            }
            while (before != Interlocked.Read(ref _bytes));
            return Interlocked.Exchange(ref _bytes, 0);
        }

        /// <inheritdoc/>
        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync(int port)
        {
            try
            {
                while (true)
                {
                    TcpClient from = await _listener.AcceptTcpClientAsync();
                    TcpClient to = new();
                    await to.ConnectAsync(IPAddress.Loopback, port);
                    _ = PassAsync(from, to);
                    _ = PassAsync(to, from);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // all is measured
            }
        }

        private async Task PassAsync(TcpClient from, TcpClient to)
        {
            byte[] buffer = new byte[65_536];
            try
            {
                while (await from.GetStream().ReadAsync(buffer) is > 0 and int count)
                {
                    Interlocked.Add(ref _bytes, count);
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
                }
            }
            catch (Exception e) when (e is System.IO.IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // one side has gone
            }

            to.Close();
        }
    }
}
