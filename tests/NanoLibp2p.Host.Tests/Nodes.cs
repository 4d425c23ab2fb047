using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests;

/// <summary>Makes nodes on loopback, and waits.</summary>
internal static class Nodes
{
    /// <summary>Long enough on a machine that does other things as well.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Each kind of node: one shard and two, on each poller of this system.</summary>
    internal static TheoryData<int, PollerKind> Kinds
    {
        get
        {
            TheoryData<int, PollerKind> kinds = new() { { 1, PollerKind.Async }, { 2, PollerKind.Async } };
            if (OperatingSystem.IsLinux())
            {
                kinds.Add(1, PollerKind.Epoll);
                kinds.Add(2, PollerKind.Epoll);
            }

            return kinds;
        }
    }

    internal static Task<Libp2pNode> ListenAsync(int shards, PollerKind poller, Action<Libp2pNodeOptions>? change = null)
        => StartAsync(shards, poller, options =>
        {
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
            change?.Invoke(options);
        });

    internal static Task<Libp2pNode> StartAsync(int shards, PollerKind poller, Action<Libp2pNodeOptions>? change = null)
    {
        Libp2pNodeOptions options = new() { Shards = shards, Poller = poller };
        change?.Invoke(options);
        return Libp2pNode.StartAsync(options);
    }

    /// <summary>Dials a node that listens.</summary>
    internal static Task<PeerId> DialAsync(this Libp2pNode node, Libp2pNode other)
        => node.DialAsync(other.ListenAddresses[0]).WaitAsync(Patience);

    /// <summary>Connects by TCP to a node that listens, connected otherwise or not.</summary>
    internal static async Task DialTcpAsync(this Libp2pNode node, Libp2pNode other)
    {
        Multiaddr address = other.ListenAddresses[0];
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
        await node.ConnectAsync(new SocketSource(socket), other.PeerId, isInitiator: true, default).WaitAsync(Patience);
    }

    /// <summary>Waits until something is so.</summary>
    internal static async Task UntilAsync(Func<bool> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Patience, $"waited for {Patience.TotalSeconds} s: {what}");
            await Task.Delay(5);
        }
    }

    internal static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Echoes each stream to its end.</summary>
    internal static async Task EchoAsync(PeerStream stream, CancellationToken cancellation) => await stream.CopyToAsync(stream,
        cancellation);
}
