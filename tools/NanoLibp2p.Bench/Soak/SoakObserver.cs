using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Bench.Soak;

/// <summary>Who hears the readings through the gateway, and dials devices through its relay.</summary>
internal sealed class SoakObserver : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly HashSet<(PeerId, ulong)> _readings = [];
    private readonly Libp2pNode _node;
    private readonly Multiaddr _gateway;
    private long _heard;
    private long _twice;

    private SoakObserver(Libp2pNode node, Multiaddr gateway)
    {
        _node = node;
        _gateway = gateway;
    }

    /// <summary>Readings that it has heard.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>Readings that it has heard a second time.</summary>
    public long Twice => Interlocked.Read(ref _twice);

    /// <summary>Devices that answered a ping through the relay.</summary>
    public int Reached { get; private set; }

    /// <summary>Those that did not, though a moment before they had a reservation.</summary>
    public int Missed { get; private set; }

    /// <summary>Why the last of those did not; null while all did.</summary>
    public string? Why { get; private set; }

    /// <summary>Connects it to the gateway and subscribes.</summary>
    public static async Task<SoakObserver> StartAsync(Multiaddr gateway)
    {
        Libp2pNode node = await Libp2pNode.StartAsync(new Libp2pNodeOptions());
        SoakObserver observer = new(node, gateway);
        Subscription readings = node.SubscribeAsync(SoakDevices.Topic);
        _ = observer.HearAsync(readings);
        await readings.Joined;
        await node.DialAsync(gateway);
        return observer;
    }

    /// <summary>Dials a device through the relay, pings it, and leaves.</summary>
    public async Task ReachAsync(string address)
    {
        using CancellationTokenSource end = new(_patience);
        try
        {
            PeerId device = await _node.DialAsync(address, end.Token);
            await _node.PingAsync(device, end.Token);
            await _node.DisconnectAsync(device, end.Token);
            Reached++;
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            Missed++;
            Why = e is Libp2pException ? e.Message : $"no answer in {_patience.TotalSeconds} s";
        }
    }

    /// <summary>Dials the gateway, should it not be connected.</summary>
    /// <exception cref="Libp2pException">It is gone.</exception>
    public async Task StayAsync() => await _node.DialAsync(_gateway);

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private async Task HearAsync(Subscription readings)
    {
        await foreach (TopicMessage message in readings)
        {
            if (_readings.Add((message.From!, message.SequenceNumber)))
            {
                Interlocked.Increment(ref _heard);
            }
            else
            {
                Interlocked.Increment(ref _twice);
            }
        }
    }
}
