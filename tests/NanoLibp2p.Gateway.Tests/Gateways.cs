using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>Makes gateways on loopback with ports that the system picks, and waits.</summary>
internal static class Gateways
{
    /// <summary>Long enough on a machine that does other things as well.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Settings of a small gateway; later pairs count for more.</summary>
    internal static GatewaySettings Settings(string folder, params (string Key, string Value)[] more)
        => GatewaySettings.Load(Sources(folder, null, more));

    /// <summary>As <see cref="Settings"/>, from a file beneath the pairs.</summary>
    internal static SettingsSources Sources(string folder, string? file, params (string Key, string Value)[] more)
    {
        (string, string)[] all =
        [
            ("data", folder), ("listen", "/ip4/127.0.0.1/tcp/0"), ("http.listen", "http://127.0.0.1:0"),
            ("shards", TestShards.Count.ToString(CultureInfo.InvariantCulture)), ("limits.connections", "32"),
            ("radio.cache", System.IO.Path.Combine(folder, "cache")), .. more,
        ];
        return new SettingsSources
        {
            File = file,
            Environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = folder },
            Flags = [.. all.Select(one => ("--set", one.Item1, new[] { one.Item2 }))],
        };
    }

    internal static Task<GatewayHost> StartAsync(TemporaryFolder folder, params (string Key, string Value)[] more)
        => GatewayHost.StartAsync(Settings(folder.Path, more), logging: _ => { });

    internal static Task<GatewayHost> StartAsync(GatewaySettings settings, Logs logs, TimeProvider? time = null)
        => GatewayHost.StartAsync(settings, time, logging: logging => logging.Services.AddSingleton<ILoggerProvider>(logs));

    /// <summary>A node of somebody else.</summary>
    internal static Task<Libp2pNode> PeerAsync(Identity? identity = null, bool usesLimited = false)
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count, Identity = identity, UsesLimitedConnections = usesLimited };
        options.MaxConnections = 8;
        options.Node.MaxHandshakes = 8;
        return Libp2pNode.StartAsync(options);
    }

    internal static Task<PeerId> DialAsync(this Libp2pNode node, GatewayHost gateway)
        => node.DialAsync(gateway.Node.ListenAddresses[0]).WaitAsync(Patience);

    /// <summary>An HTTP client of a gateway's address.</summary>
    internal static HttpClient Http(this GatewayHost gateway) => new()
    {
        BaseAddress = new Uri(gateway.Core.HttpAddresses[0].Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)),
        Timeout = Patience,
    };

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

    /// <summary>What a gateway logs.</summary>
    internal sealed class Logs : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> _lines = new();

        internal IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Logger(Logs logs, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
                => logs._lines.Enqueue($"{logLevel} {category} {formatter(state, exception)}");
        }
    }
}
