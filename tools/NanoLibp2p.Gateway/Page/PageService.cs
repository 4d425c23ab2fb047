using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Page;

/// <summary>What stands behind the page where a person sees the mesh: readings, measured links, and the feed of both.</summary>
internal sealed class PageService : IAsyncDisposable
{
    /// <summary>Topics that are plotted.</summary>
    internal const int MaxTopics = 16;

    /// <summary>How old what is told of the mesh may be.</summary>
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(500);

    // in steps: a proxy or a radio may drop a connection that says nothing
    private const int KeepAlive = 30;

    private static readonly byte[] _keepAlive = ": still here\n\n"u8.ToArray();

    private readonly GatewayCore _core;
    private readonly TimeProvider _time;
    private readonly LinkProbe _probe;
    private readonly MeshView _view;
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _describing = new(1);
    private readonly Task _reading;
    private byte[] _mesh = [];
    private long _meshMade;

    private PageService(GatewayCore core, IReadOnlyList<string> topics, LinkProbe probe, TimeProvider time)
    {
        _core = core;
        _time = time;
        _probe = probe;
        Readings = new ReadingBook(time, peer => core.Admission.ClassOf(peer) != null);
        Refusals = new RefusalLog(time, core.Blocked.Contains);
        string[] plotted = [.. topics.Distinct(StringComparer.Ordinal).Take(MaxTopics)];

        // throws what is wrong with a topic here and not later
        Subscription[] all = [.. plotted.Select(topic => core.Node.Watch(topic, _ending.Token))];
        _reading = Task.WhenAll(all.Select(ReadAsync));
        _view = new MeshView(core, Readings, _probe, Refusals, plotted, time);
    }

    internal ReadingBook Readings { get; }

    internal RefusalLog Refusals { get; }

    internal EventFeed Feed { get; } = new();

    /// <summary>Subscribes to what is to be plotted.</summary>
    /// <param name="core">The gateway; its node runs.</param>
    /// <param name="topics">The topics.</param>
    /// <param name="probe">Measures the links.</param>
    /// <param name="time">Clock and timers.</param>
    /// <exception cref="ArgumentException">One can't be a topic; the message says why.</exception>
    internal static PageService Start(GatewayCore core, IReadOnlyList<string> topics, LinkProbe probe, TimeProvider time)
        => new(core, topics, probe, time);

    /// <summary>A line about it.</summary>
    internal string Describe()
        => $"{Feed.Count} look at it, {Readings.Count} series of readings"
            + (PageFiles.All.Count == 0 ? "; the page itself was not built, as npm was missing" : "");

    /// <summary>The mesh as JSON, at most half a second old.</summary>
    internal async Task<byte[]> MeshAsync(CancellationToken cancellationToken)
    {
        // who asks while it is made waits for the same
        await _describing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_mesh.Length == 0 || _time.GetElapsedTime(_meshMade) >= _step)
            {
                _mesh = JsonSerializer.SerializeToUtf8Bytes(
                    await _view.DescribeAsync(cancellationToken).ConfigureAwait(false), GatewayJson.Lines);
                _meshMade = _time.GetTimestamp();
            }

            return _mesh;
        }
        finally
        {
            _describing.Release();
        }
    }

    /// <summary>An event as it goes to clients.</summary>
    internal static byte[] Event(string name, ReadOnlySpan<byte> json)
    {
        // JSON on one line has no line break, as the format of events asks
        ArrayBufferWriter<byte> writer = new(json.Length + 64);
        writer.Write(System.Text.Encoding.ASCII.GetBytes($"event: {name}\ndata: "));
        writer.Write(json);
        writer.Write("\n\n"u8);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Measures and tells for as long as somebody looks.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(_step, _time);
        byte[] told = [];
        int silent = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                IReadOnlyList<SeriesJson> fresh = Readings.TakeNew();
                if (Feed.Count == 0)
                {
                    told = [];
                    continue;
                }

                _probe.Step(_core.Node.Peers, null, _ending.Token);
                bool says = fresh.Count > 0;
                if (says)
                {
                    Feed.Send(Event("readings", JsonSerializer.SerializeToUtf8Bytes(fresh, GatewayJson.Lines)));
                }

                byte[] mesh = await MeshAsync(cancellationToken).ConfigureAwait(false);
                if (!mesh.AsSpan().SequenceEqual(told))
                {
                    Feed.Send(Event("mesh", mesh));
                    told = mesh;
                    says = true;
                }

                silent = says ? 0 : silent + 1;
                if (silent == KeepAlive)
                {
                    Feed.Send(_keepAlive);
                    silent = 0;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the gateway ends
        }
        finally
        {
            Feed.End();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Feed.End();
        await _ending.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _view.Dispose();
    }

    private async Task ReadAsync(Subscription messages)
    {
        try
        {
            await foreach (TopicMessage message in messages.ConfigureAwait(false))
            {
                Readings.Take(message);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the gateway ends
        }
    }
}
