using System;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Firmware;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using StackExchange.Redis;

namespace NanoLibp2p.Cli.Commands;

/// <summary>
/// <c>interop</c>: our side of the libp2p project's transport-interop contract, of both generations (github.com/libp2p/test-plans and
/// github.com/libp2p/unified-testing). The dialer prints its figures on stdout in the contract's own form; all else goes to stderr.
/// </summary>
internal static class InteropCommand
{
    // another program's listener may take its time to start
    private static readonly TimeSpan _lookAgain = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan _redisStarts = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _redisTry = TimeSpan.FromSeconds(2);

    internal static Command Create()
    {
        Command command = new("interop", "Run the libp2p project's transport-interop contract, or with ROLE its kad-dht contract, with all "
            + "settings from the environment");
        command.SetAction(parsed =>
        {
            if (DhtInteropSettings.FromEnvironment(Environment.GetEnvironmentVariable) is { } dht)
            {
                using Interruption end = new();
                Task<ConnectionMultiplexer> ToRedisAsync() => ConnectAsync(dht.Redis, "REDIS_ADDR", end.Token);
                return DhtInterop.RunAsync(dht, ToRedisAsync, parsed.InvocationConfiguration, end.Token).GetAwaiter().GetResult();
            }
            return RunAsync(InteropSettings.FromEnvironment(Environment.GetEnvironmentVariable), parsed.InvocationConfiguration)
                .GetAwaiter().GetResult();
        });
        return command;
    }

    private static async Task<int> RunAsync(InteropSettings settings, InvocationConfiguration console)
    {
        using Interruption interruption = new();
        Task<int> part = settings.IsDialer ? DialAsync(settings, console, interruption.Token)
            : ListenAsync(settings, console, interruption.Token);
        if (await Task.WhenAny(part, Task.Delay(settings.Patience), interruption.Asked) != part && !interruption.Asked.IsCompleted)
        {
            throw new CliException($"not done after {settings.Patience.TotalSeconds} seconds; the other side may not have started");
        }
        try
        {
            return await part;
        }
        catch (OperationCanceledException)
        {
            return settings.IsDialer ? throw new CliException("ended before it was done") : 0;
        }
    }

    private static async Task<int> ListenAsync(InteropSettings settings, InvocationConfiguration console, CancellationToken interrupted)
    {
        Libp2pNodeOptions options = Options();
        string asWanted = $"/{(settings.Ip.Contains(':') ? "ip6" : "ip4")}/{settings.Ip}/tcp/0";
        if (Multiaddr.TryParse(asWanted, out string wrong) == null)
        {
            throw new CliException($"cannot listen on {settings.Ip}: {wrong}", CliException.WrongArguments);
        }
        options.ListenAddresses.Add(asWanted);
        await using Libp2pNode node = await StartAsync(options);
        // the first is the one that other hosts reach
        string address = HostAddresses.Expand(node.ListenAddresses[0])[0];
        using ConnectionMultiplexer redis = await ConnectAsync(settings.Redis, settings.RedisVariable, interrupted);
        await redis.GetDatabase().ListRightPushAsync(settings.ListKey, address);
        console.Error.WriteLine($"listening at {address}");
        // the dialer ends the run: the listener waits to be stopped
        await Task.Delay(Timeout.Infinite, interrupted);
        return 0;
    }

    private static async Task<int> DialAsync(InteropSettings settings, InvocationConfiguration console, CancellationToken interrupted)
    {
        Multiaddr address = await FindListenerAsync(settings, interrupted);
        Libp2pNodeOptions options = Options();
        await using Libp2pNode node = await StartAsync(options);
        try
        {
            long start = Stopwatch.GetTimestamp();
            PeerId peer = await node.DialAsync(address, interrupted);
            await node.PingAsync(peer, interrupted);
            TimeSpan both = Stopwatch.GetElapsedTime(start);
            // the first ping opened its stream too: it belongs to the handshake figure, not to the round trip
            TimeSpan rtt = await node.PingAsync(peer, interrupted);
            console.Error.WriteLine($"connected to {address}");
            console.Output.Write(settings.Figures(both, rtt));
            return 0;
        }
        catch (Libp2pException e) when (e.Error == Libp2pError.DialFailed)
        {
            throw new CliException(HostSession.Describe(address, e, options.Node));
        }
        catch (Libp2pException e)
        {
            throw new CliException(e.Message);
        }
    }

    private static Libp2pNodeOptions Options() => new() { Shards = 1, PubSub = null };

    private static async Task<Libp2pNode> StartAsync(Libp2pNodeOptions options)
    {
        try
        {
            return await Libp2pNode.StartAsync(options);
        }
        catch (Libp2pException e)
        {
            throw new CliException($"cannot listen on {options.ListenAddresses[0]}: {CloseText.Describe((LinkError)e.Detail)}; set the "
                + $"listener's address to one of this host's");
        }
    }

    // not BLPOP, which would hold up a connection that is shared by design
    private static async Task<Multiaddr> FindListenerAsync(InteropSettings settings, CancellationToken interrupted)
    {
        using ConnectionMultiplexer redis = await ConnectAsync(settings.Redis, settings.RedisVariable, interrupted);
        while (true)
        {
            RedisValue found = await redis.GetDatabase().ListLeftPopAsync(settings.ListKey);
            if (!found.IsNull)
            {
                Multiaddr? address = Multiaddr.TryParse(found.ToString(), out string error);
                return address is { IsTcp: true }
                    ? address : throw new CliException($"the listener's address can't be dialled: {error ?? found + " is not plain TCP"}");
            }
            await Task.Delay(_lookAgain, interrupted);
        }
    }

    // the library's own retries wait for its heart beat, 5 s each: so one try at a time, for as long as a redis started beside us may take
    private static async Task<ConnectionMultiplexer> ConnectAsync(string address, string variable, CancellationToken interrupted)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                ConfigurationOptions options = ConfigurationOptions.Parse(address);
                options.AbortOnConnectFail = true;
                options.ConnectRetry = 1;
                options.ConnectTimeout = (int)_redisTry.TotalMilliseconds;
                return await ConnectionMultiplexer.ConnectAsync(options);
            }
            catch (RedisConnectionException) when (Stopwatch.GetElapsedTime(began) < _redisStarts)
            {
                await Task.Delay(_lookAgain, interrupted);
            }
            catch (Exception e) when (e is RedisConnectionException or ArgumentException)
            {
                throw new CliException(
                    string.Create(CultureInfo.InvariantCulture, $"no redis at {address}; start one, or set {variable}"));
            }
        }
    }
}
