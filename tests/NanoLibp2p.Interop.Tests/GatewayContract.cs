using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using StackExchange.Redis;

namespace NanoLibp2p.Interop.Tests;

/// <summary>
/// A whole gateway, all its services on, as one side of the transport-interop contract: its settings are those of the contract's
/// environment, of either generation, and what the dialer prints is in <see cref="Output"/>.
/// </summary>
internal sealed class GatewayContract : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly bool _isUnified;
    private readonly string _data = Directory.CreateTempSubdirectory("nanolibp2p-contract-").FullName;
    private GatewayHost? _gateway;
    private ConnectionMultiplexer? _redis;

    private GatewayContract(IReadOnlyDictionary<string, string> environment)
    {
        _environment = environment;
        _isUnified = environment.ContainsKey("IS_DIALER");
    }

    /// <summary>What it has printed, as the contract wants it.</summary>
    internal string Output { get; private set; } = "";

    private string ListKey => _isUnified ? Setting("TEST_KEY", "") + "_listener_multiaddr" : "listenerAddr";

    /// <summary>Starts a gateway; a listener has told the other side where it is then, a dialer is done.</summary>
    internal static async Task<GatewayContract> RunAsync(IReadOnlyDictionary<string, string> environment, CancellationToken late)
    {
        GatewayContract one = new(environment);
        try
        {
            await one.RunAsync(late);
            return one;
        }
        catch
        {
            await one.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway != null)
        {
            await _gateway.DisposeAsync();
        }

        _redis?.Dispose();
        Directory.Delete(_data, true);
    }

    private string Setting(string unifiedName, string name) => _environment[_isUnified ? unifiedName : name];

    private async Task RunAsync(CancellationToken late)
    {
        Assert.Equal(("tcp", "noise", "yamux"), (Setting("TRANSPORT", "transport"), Setting("SECURE_CHANNEL", "security"),
            Setting("MUXER", "muxer")));
        (string, string)[] settings =
        [
            ("data", _data), ("listen", $"/ip4/{Setting("LISTENER_IP", "ip")}/tcp/0"), ("http.listen", "none"),
        ];
        _gateway = await GatewayHost.StartAsync(GatewaySettings.Load(new SettingsSources
        {
            Environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = _data },
            Flags = [.. settings.Select(one => ("--set", one.Item1, new[] { one.Item2 }))],
        }), logging: _ => { }, cancellationToken: late);
        _redis = await ConnectionMultiplexer.ConnectAsync(Setting("REDIS_ADDR", "redis_addr"));
        if (Setting("IS_DIALER", "is_dialer") == "false")
        {
            await _redis.GetDatabase().ListRightPushAsync(ListKey, _gateway.Node.ListenAddresses[0].ToString());
            return;
        }

        Multiaddr address = Multiaddr.Parse(await FindListenerAsync(late));
        long start = Stopwatch.GetTimestamp();
        PeerId peer = await _gateway.Node.DialAsync(address, late);
        await _gateway.Node.PingAsync(peer, late);
        double both = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        double rtt = (await _gateway.Node.PingAsync(peer, late)).TotalMilliseconds;
        CultureInfo plain = CultureInfo.InvariantCulture;
        Output = _isUnified
            ? string.Create(plain, $"latency:\n  handshake_plus_one_rtt: {both}\n  ping_rtt: {rtt}\n  unit: ms\n")
            : string.Create(plain, $"{{\"handshakePlusOneRTTMillis\":{both},\"pingRTTMilllis\":{rtt}}}\n");
    }

    private async Task<string> FindListenerAsync(CancellationToken late)
    {
        while (true)
        {
            RedisValue found = await _redis!.GetDatabase().ListLeftPopAsync(ListKey);
            if (!found.IsNull)
            {
                return found.ToString();
            }

            await Task.Delay(10, late);
        }
    }
}
