using System;
using System.Threading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using NanoLibp2p.Gateway.Configuration;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Which levels are logged, by category; changed while it runs.</summary>
internal sealed class LogLevels : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>
{
    private GatewaySettings _settings;
    private CancellationTokenSource _change = new();

    internal LogLevels(GatewaySettings settings)
    {
        _settings = settings;
    }

    /// <inheritdoc/>
    public string Name => Options.DefaultName;

    /// <inheritdoc/>
    public IChangeToken GetChangeToken() => new CancellationChangeToken(_change.Token);

    /// <inheritdoc/>
    public void Configure(LoggerFilterOptions options)
    {
        GatewaySettings settings = Volatile.Read(ref _settings);
        options.Rules.Clear();
        options.MinLevel = Enum.Parse<LogLevel>(settings.LogLevel);

        // the framework's own are for who asks for them; that the host can't start is told by whoever starts it
        options.AddFilter("Microsoft", LogLevel.Warning);
        options.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        options.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        foreach ((string category, string level) in settings.LogLevels)
        {
            options.AddFilter(category, Enum.Parse<LogLevel>(level));
        }
    }

    /// <summary>Takes new levels.</summary>
    internal void Change(GatewaySettings settings)
    {
        Volatile.Write(ref _settings, settings);
        Interlocked.Exchange(ref _change, new CancellationTokenSource()).Cancel();
    }
}
