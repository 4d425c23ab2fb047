using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Http;
using NanoLibp2p.Gateway.Mqtt;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Gateway.Telemetry;
using NanoLibp2p.Host;
using NanoLibp2p.Host.WebSocket;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>The parts of a gateway, and what one can have it do while it runs. From any thread.</summary>
internal sealed class GatewayCore : IAsyncDisposable
{
    /// <summary>The version of this program.</summary>
    internal static readonly string Version =
        typeof(GatewayCore).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly GatewayMetrics _metrics;
    private readonly SemaphoreSlim _reload = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _tasks = [];
    private readonly PeerLogLimiter _peerLog;
    private readonly ConnectionOptions _limits = new();
    private readonly WebSocketListenOptions _webSockets = new();
    private ILogger _log = NullLogger.Instance;
    private ILogger _peersLog = NullLogger.Instance;
    private IHostApplicationLifetime? _lifetime;
    private readonly MqttSettings? _mqtt;
    private AdmissionDoor? _door;
    private GatewayServices? _services;
    private MqttBridge? _bridge;
    private MailboxAnnouncer? _announcer;
    private Task? _drain;
    private GatewaySettings _settings;

    private GatewayCore(GatewaySettings settings, DataFolder folder, TimeProvider time)
    {
        _settings = settings;
        Folder = folder;
        _time = time;
        _started = time.GetTimestamp();
        _mqtt = settings.Mqtt;
        LogLevels = new LogLevels(settings);
        Blocked = new BlockList(folder);
        Certificate = new Certificate(settings);
        _webSockets.CertificateContext = Certificate.Current;
        _limits.PerHost = settings.ConnectionsPerHost;
        _peerLog = new PeerLogLimiter(time, settings.LogPerPeer);
        Http = settings.Http;
        if (Http is { } url && ListenProbe.Why(HostOf(url), url.Port, "--http") is { } why)
        {
            if (settings.All.Single(one => one.Setting.Key == SettingsTable.HttpListen).Source != "default")
            {
                throw new GatewayException($"cannot serve HTTP at {url.OriginalString}: {why}");
            }

            Conditions.Set("http", $"health and metrics are served in the data folder's socket alone: {why}");
            Http = null;
        }

        bool isOpen = Http is { } open && !Access.IsLoopback(open);
        BearerToken? token = BearerToken.Read(folder, settings.HttpTokenFile, make: isOpen, out bool isMade);
        HttpTokenMade = isMade ? token!.File : null;
        Access = new Access(settings, token, Certificate);
        _metrics = new GatewayMetrics(this);
    }

    internal DataFolder Folder { get; }

    internal Identity Identity { get; private set; } = null!;

    internal AdmissionList Admission { get; private set; } = null!;

    internal Libp2pNode Node { get; private set; } = null!;

    internal PeerId PeerId => Node.PeerId;

    internal Conditions Conditions { get; } = new();

    internal BlockList Blocked { get; }

    internal Access Access { get; }

    /// <summary>Log-in by peer id.</summary>
    internal PeerIdLogin Login { get; private set; } = null!;

    internal Certificate Certificate { get; }

    internal LogLevels LogLevels { get; }

    /// <summary>Where HTTP is served; null when only in the data folder's socket.</summary>
    internal Uri? Http { get; }

    /// <summary>The addresses of <see cref="Http"/> with their ports.</summary>
    internal IReadOnlyList<string> HttpAddresses { get; private set; } = [];

    /// <summary>The file of the token that was made at this start; null when none was.</summary>
    internal string? HttpTokenMade { get; }

    internal GatewaySettings Settings => Volatile.Read(ref _settings);

    internal bool IsDraining => Volatile.Read(ref _drain) != null;

    /// <summary>Whether it listens and all of it has started.</summary>
    internal bool IsStarted => _lifetime != null;

    /// <summary>Starts node and services; what it may log begins with <see cref="Started"/>.</summary>
    /// <exception cref="GatewayException">It can't start.</exception>
    internal static async Task<GatewayCore> StartAsync(
        GatewaySettings settings, DataFolder folder, TimeProvider time, CancellationToken cancellationToken)
    {
        GatewayCore core = new(settings, folder, time);
        try
        {
            core.Identity = folder.ReadOrMakeIdentity(out _);
            core.Login = new PeerIdLogin(core.Identity, time);
            core.Access.Change(settings, core.Login);
            core.Admission = new AdmissionList(folder, time, core.Issuers(settings));
            core.Node = await GatewayNode.StartAsync(settings, folder, core.Identity, core.Admits, core._limits,
                core._webSockets, core.Conditions, cancellationToken).ConfigureAwait(false);
            core._services = await GatewayServices.StartAsync(
                core.Node, settings, folder, core.Identity, core.Admission, () => core.Settings, core.Conditions).ConfigureAwait(false);
            LinkProbe probe = new(core.Node, time);
            core.Page = core.StartPage(settings, probe);
            core.Telemetry = TelemetryService.Start(core, settings.Telemetry, probe, time);
            core._door = new AdmissionDoor(core.Node, core.Admission, time, () => core.Settings.IsAdmissionRequired
                ? core.Settings.AdmissionGrace : null, core.ShownOut);
            return core;
        }
        catch
        {
            if (core.Node != null)
            {
                await core.Node.DisposeAsync().ConfigureAwait(false);
            }

            core._metrics.Dispose();
            throw;
        }
    }

    /// <summary>The host runs.</summary>
    internal void Started(
        ILoggerFactory loggers, IHostApplicationLifetime lifetime, IReadOnlyList<string> http,
        ISystemdNotifier? systemd)
    {
        _log = loggers.CreateLogger("NanoLibp2p.Gateway");
        _peersLog = loggers.CreateLogger("NanoLibp2p.Gateway.Peers");
        HttpAddresses = http;
        _lifetime = lifetime;
        Node.HandlerFailed += (stream, e) => AboutPeer(stream.RemotePeer, LogLevel.Warning, $"a stream of {stream.Protocol} failed", e);
        IReadOnlyDictionary<string, string> wrong = Conditions.All;
        foreach ((string name, string sentence) in wrong)
        {
            _log.LogWarning("{Condition}: {Text}", name, sentence);
        }

        if (FullNode?.Radios is { } radios)
        {
            radios.Refused = RefusedOnRadio;
            _tasks.Add(new RadioWatch(_time, Conditions, wrong, _log).RunAsync(_ending.Token));
        }

        _tasks.Add(new ClockWatch(_time, Conditions, loggers.CreateLogger("NanoLibp2p.Gateway.Clock")).RunAsync(_ending.Token));
        _tasks.Add(new DiskWatch(_time, Folder, Conditions, loggers.CreateLogger("NanoLibp2p.Gateway.Disk")).RunAsync(_ending.Token));
        _tasks.Add(RestingMemory.RunAsync(_time, _ending.Token));
        _tasks.AddRange(_services!.Watches(_time, Conditions, loggers.CreateLogger("NanoLibp2p.Gateway.Disk"))
            .Select(one => one.RunAsync(_ending.Token)));
        if (systemd is { IsEnabled: true } && Watchdog.Patience(Environment.GetEnvironmentVariable("WATCHDOG_USEC")) is { } patience)
        {
            _tasks.Add(Watchdog.RunAsync(Node, systemd, patience, _ending.Token));
        }

        _tasks.Add(EventLogger.RunAsync(Node, _peerLog, loggers.CreateLogger("NanoLibp2p.Gateway.Door"), _ending.Token));
        _tasks.Add(_door!.RunAsync(_ending.Token));
        if (Page is { } page)
        {
            // the host waits for requests, and the feed's have no end of their own
            lifetime.ApplicationStopping.Register(page.Feed.End);
            _tasks.Add(page.RunAsync(_ending.Token));
        }

        if (Telemetry is { } telemetry)
        {
            _tasks.Add(telemetry.RunAsync(_ending.Token));
        }

        if (_mqtt is { } mqtt)
        {
            _bridge = MqttBridge.Start(Node, mqtt, peer => Admission.ClassOf(peer) != null, Conditions, _metrics.Meter, _time,
                loggers.CreateLogger("NanoLibp2p.Gateway.Mqtt"));
        }

        if (Settings.RendezvousRegister.Count > 0)
        {
            _tasks.Add(new Registrar(Node, Settings.RendezvousRegister, Settings.RendezvousNamespace, Conditions,
                loggers.CreateLogger("NanoLibp2p.Gateway.Rendezvous")).RunAsync(_ending.Token));
        }

        if (Settings.IsOn(SettingsTable.Postbox))
        {
            _announcer = new MailboxAnnouncer(Node, () => _services.Postbox?.Service, _services.Kademlia, Settings.RendezvousRegister,
                () => Settings.IsOn(SettingsTable.PostboxAnnounce), _time, Conditions,
                loggers.CreateLogger("NanoLibp2p.Gateway.Mailboxes"));
            _tasks.Add(_announcer.RunAsync(_ending.Token));
        }

        if (Settings.Dial.Count > 0)
        {
            _tasks.Add(new PeerKeeper(Node, Settings.Dial, _time, loggers.CreateLogger("NanoLibp2p.Gateway.Dial")).RunAsync(_ending.Token));
        }
    }

    /// <summary>Tells of a peer, unless that peer has caused too many lines.</summary>
    internal void AboutPeer(PeerId peer, LogLevel level, string text, Exception? e = null)
    {
        if (!_peersLog.IsEnabled(level) || !_peerLog.Allows(peer, out int leftOut))
        {
            return;
        }

        _peersLog.Log(level, "{Peer}: {Text}{LeftOut}", peer, e == null ? text : $"{text}: {e.Message}",
            leftOut == 0 ? "" : $" ({leftOut} lines about this peer were left out)");
    }

    /// <summary>The services of the node.</summary>
    internal GatewayServices? FullNode => _services;

    /// <summary>What the page shows; null when it is off.</summary>
    internal PageService? Page { get; private set; }

    /// <summary>What is published of the links, and what others publish; null where neither is.</summary>
    internal TelemetryService? Telemetry { get; private set; }

    /// <summary>What the page shows of the postbox; null where there is none.</summary>
    internal IMailboxView? Mailboxes
    {
        get => field ?? _services?.Postbox;
        set;
    }

    /// <summary>The bridge to MQTT; null for none.</summary>
    internal MqttBridge? Bridge => _bridge;

    /// <summary>What it is now.</summary>
    internal GatewayStatus Status()
    {
        IReadOnlyList<PeerConnection> connections = Node.Connections;
        List<PeerConnection> relayed = [.. connections.Where(one => !one.IsDirect)];
        return new GatewayStatus
        {
            PeerId = PeerId.ToString(),
            State = IsDraining ? "draining" : !IsStarted ? "starting" : Conditions.All.Count > 0 ? "degraded" : "ready",
            Version = Version,
            ProcessId = Environment.ProcessId,
            UptimeSeconds = (long)_time.GetElapsedTime(_started).TotalSeconds,
            Addresses = [.. Node.ListenAddresses.SelectMany(HostAddresses.Expand)],
            Http = HttpAddresses,
            Data = Folder.Path,
            SettingsFile = Settings.File,
            Peers = Node.Peers.Count,
            Direct = connections.Count - relayed.Count,
            RelayedCount = relayed.Count,
            Relayed = [.. ConnectionStatus.Of(relayed.TakeLast(GatewayStatus.MaxRelayed))],
            Shards = Node.ShardLoads,
            Blocked = Blocked.Peers.Count,
            Admitted = Admission.Count,
            Conditions = Conditions.All,
            Services = Services(),
        };
    }

    /// <summary>Blocks a peer and closes its connections.</summary>
    /// <returns>False when it was blocked before.</returns>
    /// <exception cref="GatewayException">The list is full or can't be written.</exception>
    internal async Task<bool> BlockAsync(PeerId peer)
    {
        try
        {
            return Blocked.Add(peer);
        }
        finally
        {
            await Node.DisconnectAsync(peer).ConfigureAwait(false);
        }
    }

    /// <summary>Issues a token for a peer, and keeps it.</summary>
    /// <exception cref="GatewayException">There is no room, or it can't be written.</exception>
    internal AdmissionToken Issue(PeerId peer, AdmissionClass kind, TimeSpan? lifetime)
    {
        AdmissionToken token = AdmissionToken.Issue(Identity, peer, kind, _time.GetUtcNow(), lifetime);
        Admission.Keep(token);
        return token;
    }

    /// <summary>Begins to stop: no more callers, streams under way may end, then each peer hears good-bye. Then the host stops.</summary>
    internal Task DrainAsync()
    {
        lock (_tasks)
        {
            return _drain ??= DrainOnceAsync();
        }
    }

    /// <summary>Reads settings, tokens, block list and certificate again.</summary>
    /// <returns>What came of it, a sentence each; what could not be taken stays as it was.</returns>
    internal async Task<IReadOnlyList<string>> ReloadAsync()
    {
        await _reload.WaitAsync().ConfigureAwait(false);
        try
        {
            List<string> told = [];
            List<string> failed = [];
            GatewaySettings before = Settings;
            GatewaySettings? read = GatewaySettings.TryLoad(before.Sources, out IReadOnlyList<string> errors);
            if (read == null)
            {
                failed.AddRange(errors.Select(error => $"settings stay as they were: {error}"));
                Conditions.Set("settings", errors[0]);
            }
            else
            {
                Conditions.Clear("settings");
                foreach (SettingValue changed in read.ChangedFrom(before))
                {
                    told.Add(changed.Setting.Reloads ? $"{changed.Setting.Key} is {changed.Setting.ToJson(changed.Value)} now"
                        : $"{changed.Setting.Key} has changed, which needs a restart");
                }

                GatewaySettings now = read.KeepingFixedOf(before);
                Volatile.Write(ref _settings, now);
                Admission.Issuers = Issuers(now);
                Access.Change(now, Login);
                LogLevels.Change(now);
                _peerLog.PerMinute = now.LogPerPeer;
                _limits.PerHost = now.ConnectionsPerHost;
                _services?.Change(now);
            }

            Try(failed, "block list", Blocked.Reload);
            Try(failed, "list of tokens", Admission.Reload);
            Try(failed, "certificate", () => Certificate.Reload(Settings));
            _webSockets.CertificateContext = Certificate.Current;
            Try(failed, "token", () => Access.Change(BearerToken.Read(Folder, Settings.HttpTokenFile, make: false, out _)));
            foreach (PeerId peer in Node.Peers.Where(Blocked.Contains))
            {
                await Node.DisconnectAsync(peer).ConfigureAwait(false);
            }

            if (told.Count + failed.Count == 0)
            {
                told.Add("nothing has changed in the settings; tokens, block list and certificate are read again");
            }

            foreach (string sentence in told)
            {
                _log.LogInformation("reload: {Text}", sentence);
            }

            foreach (string sentence in failed)
            {
                _log.LogWarning("reload: {Text}", sentence);
            }

            return [.. failed, .. told];
        }
        finally
        {
            _reload.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_bridge != null)
        {
            await _bridge.DisposeAsync().ConfigureAwait(false);
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_tasks).ConfigureAwait(false);
        if (Page != null)
        {
            await Page.DisposeAsync().ConfigureAwait(false);
        }

        if (Telemetry != null)
        {
            await Telemetry.DisposeAsync().ConfigureAwait(false);
        }

        if (_services != null)
        {
            await _services.DisposeAsync().ConfigureAwait(false);
        }

        await Node.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _ending.Dispose();
    }

    private static string HostOf(Uri url) => url.Host == "localhost" ? "127.0.0.1" : url.Host.Trim('[', ']');

    private static void Try(List<string> failed, string name, Action action)
    {
        try
        {
            action();
        }
        catch (GatewayException e)
        {
            failed.Add($"the {name} stays as it was: {e.Message}");
        }
    }

    private Dictionary<string, string> Services()
    {
        Dictionary<string, string> services = new(StringComparer.Ordinal);
        foreach ((string name, string line) in _services?.Describe() ?? [])
        {
            services[name] = line;
        }

        if (_announcer?.Describe() is { } announced)
        {
            services["announce"] = announced;
        }

        if (Page != null)
        {
            services["page"] = Page.Describe();
        }

        if (Telemetry != null)
        {
            services["telemetry"] = Telemetry.Describe();
        }

        if (_bridge != null)
        {
            services["mqtt"] = _bridge.Describe();
        }

        return services;
    }

    private PageService? StartPage(GatewaySettings settings, LinkProbe probe)
    {
        try
        {
            return Http != null && settings.IsOn(SettingsTable.Page) ? PageService.Start(this, settings.PageTopics, probe, _time)
                : null;
        }
        catch (Exception e) when (e is ArgumentException or Libp2pException)
        {
            throw new GatewayException($"the page can't start: {e.Message}", isConfiguration: e is ArgumentException, e);
        }
    }

    // its own word counts always
    private IEnumerable<PeerId> Issuers(GatewaySettings settings)
        => settings.AdmissionIssuers.Select(PeerId.Parse).Append(Identity.PeerId);

    private void RefusedOnRadio(PeerId? peer, string why)
    {
        if (peer == null)
        {
            _log.LogWarning("{Text}", why);
            return;
        }

        Page?.Refusals.Add(peer, why);
        AboutPeer(peer, LogLevel.Warning, why);
    }

    private void ShownOut(PeerId peer, string why)
    {
        _metrics.Refused("no_token");
        Page?.Refusals.Add(peer, why);
        AboutPeer(peer, LogLevel.Information, $"shown out: {why}");
    }

    private async Task DrainOnceAsync()
    {
        _log.LogInformation("draining: no more callers; streams under way have {Seconds} s", Settings.Drain.TotalSeconds);
        int left = await Node.DrainAsync(Settings.Drain).ConfigureAwait(false);
        _log.LogInformation("drained; {Count} streams were broken off", left);
        _lifetime?.StopApplication();
    }

    // on a shard's thread
    private bool Admits(PeerId peer)
    {
        if (Blocked.Contains(peer))
        {
            _metrics.Refused("blocked");
            AboutPeer(peer, LogLevel.Information, "refused: it is on the block list");
            return false;
        }

        return true;
    }
}
