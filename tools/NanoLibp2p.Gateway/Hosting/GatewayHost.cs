using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Http;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Host;
using NanoLibp2p.Host.WebSocket;
using NanoLibp2p.Postbox.Service;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// A gateway that runs: a node on a data folder, with health, metrics and status over HTTP, as a .NET host. Disposed, it stops as on
/// SIGTERM.
/// </summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private const int MaxHttpConnections = 256;
    private const int MaxHttpConnectionsPerHost = 32;
    private const int MaxRequestBytes = 64 * 1024;
    private const int MaxHeaderBytes = 16 * 1024;

    // combinations of labels, of which the largest metric has some dozens: room for all of them is taken from the start, and
    // OpenTelemetry's 2,000 take 15 MB for our 84 metrics
    private const int MaxSeriesPerMetric = 100;

    // for a TLS handshake, and for a request's head
    private static readonly TimeSpan _requestTimeout = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;
    private readonly DataFolder _folder;
    private readonly GatewayCore _core;
    private bool _isDisposed;

    private GatewayHost(WebApplication app, DataFolder folder, GatewayCore core)
    {
        _app = app;
        _folder = folder;
        _core = core;
    }

    /// <summary>The node.</summary>
    internal Libp2pNode Node => _core.Node;

    /// <summary>What it is now.</summary>
    internal GatewayStatus Status => _core.Status();

    /// <summary>All of it that is not the host.</summary>
    internal GatewayCore Core => _core;

    /// <summary>Completes when it is told to stop: by a signal, or by <c>gateway drain</c>.</summary>
    internal Task Stopping
    {
        get
        {
            TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _app.Lifetime.ApplicationStopping.Register(source.SetResult);
            return source.Task;
        }
    }

    /// <summary>Starts a gateway.</summary>
    /// <param name="settings">What it is to do.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logging">Where logs go; null for stderr, in the form that the settings say.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="GatewayException">It can't start; the message says why, and nothing is left running.</exception>
    internal static async Task<GatewayHost> StartAsync(
        GatewaySettings settings, TimeProvider? time = null, Action<ILoggingBuilder>? logging = null,
        CancellationToken cancellationToken = default)
    {
        DataFolder folder = DataFolder.Open(settings.Data);
        GatewayCore? core = null;
        WebApplication? app = null;
        try
        {
            core = await GatewayCore.StartAsync(settings, folder, time ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
            RemoveSocket(folder);
            app = Build(settings, core, logging);
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            core.Started(
                app.Services.GetRequiredService<ILoggerFactory>(),
                app.Lifetime,
                [.. HttpAddresses(app)],
                app.Services.GetService<ISystemdNotifier>());
            return new GatewayHost(app, folder, core);
        }
        catch (Exception e)
        {
            if (app != null)
            {
                await app.DisposeAsync().ConfigureAwait(false);
            }

            if (core != null)
            {
                await core.DisposeAsync().ConfigureAwait(false);
            }

            folder.Dispose();
            if (Disk.IsFailure(e) || e is SocketException)
            {
                throw new GatewayException($"cannot serve HTTP, or the socket {folder.Socket}: {Disk.Why(e)}", inner: e);
            }

            throw;
        }
    }

    /// <summary>Stops it in order.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _core.DrainAsync().ConfigureAwait(false);
        await _app.StopAsync().ConfigureAwait(false);
        await _core.DisposeAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    // what a process that was killed has left; the folder is this one's now
    private static void RemoveSocket(DataFolder folder)
    {
        try
        {
            File.Delete(folder.Socket);
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException($"{folder.Socket} is in the way of the socket by which the gateway is asked: "
                + $"{(Directory.Exists(folder.Socket) ? "it is a folder" : Disk.Why(e))}; move it away", inner: e);
        }
    }

    private static WebApplication Build(GatewaySettings settings, GatewayCore core, Action<ILoggingBuilder>? logging)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "nanolibp2p-gateway", ContentRootPath = core.Folder.Path,
        });
        AddLogging(builder, settings, core.LogLevels, logging);
        builder.Services.AddSystemd();
        builder.Services.AddRoutingCore();
        if (!SystemdHelpers.IsSystemdService())
        {
            builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        }

        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
        AddTelemetry(builder, settings);
        AddHttp(builder, settings, core);
        WebApplication app = builder.Build();
        app.Use((context, next) => PageEndpoints.ProtectAsync(context, next));
        app.Use((context, next) => core.Access.InvokeAsync(context, next));
        HttpSurface.Map(app, core);
        return app;
    }

    private static void AddLogging(
        WebApplicationBuilder builder, GatewaySettings settings, LogLevels levels, Action<ILoggingBuilder>? logging)
    {
        builder.Services.AddLogging();
        builder.Services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(levels);
        builder.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(levels);
        if (logging != null)
        {
            logging(builder.Logging);
            return;
        }

        if (settings.IsLogJson)
        {
            builder.Logging.AddJsonConsole(json =>
            {
                json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                json.UseUtcTimestamp = true;
            });
        }
        else if (SystemdHelpers.IsSystemdService())
        {
            builder.Logging.AddSystemdConsole();
        }
        else
        {
            builder.Logging.AddSimpleConsole(text =>
            {
                text.SingleLine = true;
                text.TimestampFormat = "HH:mm:ss ";
                text.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }

        // stdout is the command's own
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void AddTelemetry(WebApplicationBuilder builder, GatewaySettings settings)
    {
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("nanolibp2p-gateway", serviceVersion: GatewayCore.Version));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(GatewayMetrics.Libp2pMeter, GatewayMetrics.MeterName, PostboxService.MeterName);
            metrics.AddRuntimeInstrumentation();
            metrics.AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MaxSeriesPerMetric });
            metrics.AddPrometheusExporter();
            if (settings.OtlpEndpoint.Length > 0)
            {
                metrics.AddOtlpExporter(otlp => otlp.Endpoint = new Uri(settings.OtlpEndpoint));
            }
        });
        if (settings.TraceEndpoint.Length > 0)
        {
            telemetry.WithTracing(traces => traces.AddSource(Libp2pNode.ActivitySourceName)
                .AddOtlpExporter(otlp => otlp.Endpoint = new Uri(settings.TraceEndpoint)));
        }
    }

    private static void AddHttp(WebApplicationBuilder builder, GatewaySettings settings, GatewayCore core)
    {
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<IConnectionListenerFactory, SparingListenerFactory>();
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxHttpConnections;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = _requestTimeout;

            kestrel.ListenUnixSocket(core.Folder.Socket, listen => listen.Use(next => connection =>
            {
                connection.Items[Access.ControlMark] = true;
                return next(connection);
            }));
            if (core.Http is { } url)
            {
                string host = url.Host.Trim('[', ']');
                IPAddress ip = host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(host);
                HostLimit limit = new(MaxHttpConnectionsPerHost);
                kestrel.Listen(ip, url.Port, listen =>
                {
                    listen.Use(next => connection => limit.ServeAsync(connection, next));
                    if (url.Scheme == "https")
                    {
                        listen.UseHttps(new TlsHandshakeCallbackOptions
                        {
                            HandshakeTimeout = _requestTimeout,
                            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                            {
                                ServerCertificateContext = core.Certificate.Current,
                            }),
                        });
                    }
                });
            }
        });
    }

    private static IEnumerable<string> HttpAddresses(WebApplication app)
        => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Where(one => !one.Contains("unix:", StringComparison.Ordinal));

    /// <summary>Who runs the host tells it to stop; it listens to no signal and says nothing.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
