using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>
/// Publishes what the gateway measures of its links, and takes what other gateways publish; each only when the settings say so. Without
/// either there is no such service.
/// </summary>
internal sealed class TelemetryService : IAsyncDisposable
{
    private const string Other = "other";

    // what peers say of themselves is theirs to choose; these names are not, and a version is digits
    private static readonly string[] _programs =
        ["nanoLibp2p", "go-libp2p", "kubo", "js-libp2p", "rust-libp2p", "nim-libp2p", "py-libp2p", "jvm-libp2p", "c-libp2p"];

    private readonly GatewayCore _core;
    private readonly LinkProbe _probe;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _reading;

    private TelemetryService(GatewayCore core, TelemetrySettings settings, LinkProbe probe, TimeProvider time)
    {
        _core = core;
        _probe = probe;
        _time = time;
        Settings = settings;
        Book = new TelemetryBook(time, core.PeerId, peer => core.Admission.ClassOf(peer) != null);
        _reading = settings.Shows ? ReadAsync(Subscribe(settings.Topic)) : Task.CompletedTask;
    }

    internal TelemetrySettings Settings { get; }

    internal TelemetryBook Book { get; }

    /// <summary>Reports that went to somebody.</summary>
    internal long Published { get; private set; }

    /// <summary>Starts it.</summary>
    /// <param name="core">The gateway; its node runs.</param>
    /// <param name="settings">What it is to do.</param>
    /// <param name="probe">Measures the links, for the page as well.</param>
    /// <param name="time">Clock and timers.</param>
    /// <returns>Null where it has nothing to do.</returns>
    /// <exception cref="ArgumentException">The topic can't be one; the message says why.</exception>
    internal static TelemetryService? Start(GatewayCore core, TelemetrySettings settings, LinkProbe probe, TimeProvider time)
        => settings.Publishes || settings.Shows ? new TelemetryService(core, settings, probe, time) : null;

    /// <summary>A line about it.</summary>
    internal string Describe()
        => (Settings.Publishes ? $"{Published} reports published on {Settings.Topic}" : "publishes nothing")
            + (Settings.Shows ? $", {Book.All().Count} other gateways heard" : "");

    /// <summary>Measures and publishes until the gateway ends.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!Settings.Publishes)
        {
            return;
        }

        using PeriodicTimer timer = new(LinkProbe.Interval, _time);
        long last = _time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                Measure();
                if (_time.GetElapsedTime(last) >= Settings.Every - (LinkProbe.Interval / 2))
                {
                    last = _time.GetTimestamp();
                    await TryPublishAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the gateway ends
        }
    }

    private async Task TryPublishAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PublishAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException)
        {
            // the next report has what this one would have said
        }
    }

    /// <summary>Measures what is due.</summary>
    /// <remarks>A device is not woken to be counted.</remarks>
    internal void Measure() => _probe.Step(_core.Node.Peers, one => !IsDevice(one), _ending.Token);

    /// <summary>Publishes a report now.</summary>
    internal async Task PublishAsync(CancellationToken cancellationToken)
    {
        int peers = await _core.Node.PublishAsync(Settings.Topic, TelemetryCodec.Write(Report()), cancellationToken).ConfigureAwait(false);
        Published += peers > 0 ? 1 : 0;
    }

    /// <summary>What it would publish now.</summary>
    internal TelemetryReport Report()
    {
        List<(PeerId Peer, string Transport, double? RoundTripMs, int Pings, int Lost)> links = [];
        foreach (IGrouping<PeerId, PeerConnection> one in _core.Node.Connections.GroupBy(one => one.Peer))
        {
            PeerConnection best = one.FirstOrDefault(each => !each.IsLimited) ?? one.First();
            (double? roundTrip, int pings, int lost) = _probe.Of(one.Key);
            links.Add((one.Key, MeshView.TransportOf(best.RemoteAddress?.ToString()), roundTrip, pings, lost));
        }

        TelemetryLinks[] all = [.. links.GroupBy(one => one.Transport).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one =>
        {
            double[] measured = [.. one.Where(each => each.RoundTripMs != null).Select(each => each.RoundTripMs!.Value).Order()];
            return new TelemetryLinks(
                one.Key, one.Count(), one.Sum(each => each.Pings), one.Sum(each => each.Lost),
                measured.Length == 0 ? null : measured[measured.Length / 2], measured.Length == 0 ? null : measured[^1]);
        })];
        TelemetryProgram[] programs = [.. links.Select(one => ProgramOf(_core.Node.PeerStore.Find(one.Peer)?.AgentVersion ?? ""))
            .GroupBy(one => one).Select(one => new TelemetryProgram(one.Key.Name, one.Key.Version, one.Count()))
            .OrderByDescending(one => one.Peers).ThenBy(one => one.Name, StringComparer.Ordinal)
            .ThenBy(one => one.Version, StringComparer.Ordinal).Take(TelemetryCodec.MaxEntries)];
        TelemetryGateway[] gateways = [.. links.Where(one => Book.Has(one.Peer)).OrderBy(one => one.Peer.ToString(), StringComparer.Ordinal)
            .Take(TelemetryCodec.MaxEntries)
            .Select(one => new TelemetryGateway(one.Peer.ToString(), one.Transport, one.Pings, one.Lost, one.RoundTripMs))];
        return new TelemetryReport(
            _time.GetUtcNow().ToUnixTimeSeconds(), (int)Settings.Every.TotalSeconds, _programs[0], GatewayCore.Version,
            Settings.Label.Length == 0 ? null : Settings.Label, Settings.Place?.Latitude, Settings.Place?.Longitude,
            all, programs, gateways);
    }

    /// <summary>What the page shows of it.</summary>
    internal TelemetryJson Describe(int most) => new(
        Settings.Publishes, Settings.Shows, Settings.Topic, Settings.Label, Settings.Place?.Latitude, Settings.Place?.Longitude,
        [.. Book.All().Take(most).Select(one => new OtherGatewayJson(
            one.Peer.ToString(), _core.Admission.ClassOf(one.Peer) != null, one.Heard.ToUnixTimeMilliseconds(), one.Report))],
        Book.PassedOver);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _ending.Dispose();
    }

    /// <summary>The program that a peer says it is, when it is one that is known.</summary>
    internal static (string Name, string Version) ProgramOf(string agent)
    {
        string[] parts = agent.Split('/', 3);
        string? known = Array.Find(_programs, one => one.Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        if (known == null || parts.Length == 1)
        {
            return (known ?? Other, "");
        }

        string version = string.Concat(parts[1].TakeWhile(one => char.IsAsciiDigit(one) || one == '.'));
        return (known, version.Length <= TelemetryCodec.MaxName ? version : "");
    }

    private bool IsDevice(PeerId peer)
        => _core.Admission.ClassOf(peer) == AdmissionClass.Sensor || _core.Page?.Readings.Authors().ContainsKey(peer) == true;

    private Subscription Subscribe(string topic)
    {
        Subscription messages = _core.Node.SubscribeAsync(topic, _ending.Token);

        // what is no report goes no further, and costs its sender its good name
        _core.Node.SetTopicValidator(topic, (message, _) => ValueTask.FromResult(
            TelemetryCodec.Read(message.Data, _time.GetUtcNow(), out TelemetryReport? _) switch
            {
                TelemetryVerdict.Good => GossipVerdict.Accept,
                TelemetryVerdict.Malformed => GossipVerdict.Reject,
                _ => GossipVerdict.Ignore,
            }));
        return messages;
    }

    private async Task ReadAsync(Subscription messages)
    {
        try
        {
            await foreach (TopicMessage message in messages.ConfigureAwait(false))
            {
                Book.Take(message);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the gateway ends
        }
    }
}
