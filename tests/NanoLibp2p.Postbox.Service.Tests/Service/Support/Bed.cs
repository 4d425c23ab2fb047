using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>A gateway with a postbox on loopback, and who calls it.</summary>
internal sealed class Bed : IAsyncDisposable
{
    /// <summary>Long enough on a machine that does other things as well.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<IAsyncDisposable> _all = [];

    private Bed(Libp2pNode node, Identity identity, PostboxService service, IPostboxStore store)
    {
        Node = node;
        Identity = identity;
        Service = service;
        Store = store;
    }

    internal Libp2pNode Node { get; }

    internal Identity Identity { get; }

    internal PostboxService Service { get; private set; }

    internal IPostboxStore Store { get; }

    internal Multiaddr Address => Node.ListenAddresses[0];

    internal ConcurrentQueue<Exception> Faults { get; } = new();

    internal static async Task<Bed> StartAsync(Action<PostboxServiceOptions>? change = null, IPostboxStore? store = null)
    {
        Identity identity = NewIdentity();
        Libp2pNodeOptions options = new() { Shards = TestShards.Count, Identity = identity };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        options.Connections.PerHost = 4096;
        Libp2pNode node = await Libp2pNode.StartAsync(options);
        store ??= new MemoryPostboxStore();
        PostboxServiceOptions postbox = new()
        {
            Identity = identity,
            Admits = _ => true,
            DepositsPerPeer = 100_000,
            DepositsPerAddress = 100_000,
            LookupsPerPeer = 100_000,
            ClockPatience = TimeSpan.Zero,
        };
        change?.Invoke(postbox);
        Bed bed = new(node, identity, await PostboxService.StartAsync(node, store, postbox), store);
        node.HandlerFailed += (_, e) => bed.Faults.Enqueue(e);
        return bed;
    }

    internal static Identity NewIdentity() => Identity.Create(DesktopCrypto.Choose(), new SystemRandom());

    /// <summary>Somebody who is connected, with a stream of the protocol.</summary>
    internal async Task<Caller> CallAsync(Identity? identity = null)
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count, Identity = identity ?? NewIdentity() };
        Libp2pNode node = await Libp2pNode.StartAsync(options);
        _all.Add(node);
        await node.DialAsync(Address).WaitAsync(Patience);
        Caller caller = new(node, options.Identity, Node.PeerId);
        await caller.OpenAsync();
        return caller;
    }

    /// <summary>A recipient with a mailbox.</summary>
    internal async Task<Caller> CallWithMailboxAsync(byte[]? settings = null, Identity? identity = null)
    {
        Caller caller = await CallAsync(identity);
        await caller.ConfigureAsync(settings ?? []);
        return caller;
    }

    /// <summary>A device of its own making, on TCP.</summary>
    internal Device AddDevice(PostboxOptions? options = null, Sender.PostboxSenderOptions? sender = null)
    {
        Device device = new(Address, options, sender);
        _all.Add(device);
        return device;
    }

    internal static async Task UntilAsync(Func<bool> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Patience, $"waited for {Patience.TotalSeconds} s: {what}");
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable one in _all)
        {
            await one.DisposeAsync();
        }

        await Service.DisposeAsync();
        await Node.DisposeAsync();
        await Store.DisposeAsync();
        Assert.Empty(Faults);
    }
}
