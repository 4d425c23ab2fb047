using System;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal;
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

    internal static Command Create()
    {
        Command command = new("interop", "Run the libp2p project's transport-interop contract, with all settings from the environment");
        command.SetAction(parsed =>
        {
            InteropSettings settings = InteropSettings.FromEnvironment(Environment.GetEnvironmentVariable);
            using Interruption interruption = new();
            NodeRunner runner = new(NodeOptions.Desktop(), Keys.Create());
            return runner.Run(async () =>
            {
                Task<int> part = settings.IsDialer
                    ? DialAsync(runner, settings, parsed.InvocationConfiguration)
                    : ListenAsync(runner, settings, parsed.InvocationConfiguration, interruption.Asked);
                if (await Task.WhenAny(part, runner.DelayAsync(settings.Patience), interruption.Asked) != part
                    && !interruption.Asked.IsCompleted)
                {
                    throw new CliException($"not done after {settings.Patience.TotalSeconds} seconds; the other side may not have started");
                }
                return part.IsCompleted ? await part : settings.IsDialer ? throw new CliException("ended before it was done") : 0;
            });
        });
        return command;
    }

    private static async Task<int> ListenAsync(NodeRunner runner, InteropSettings settings, InvocationConfiguration console, Task asked)
    {
        Multiaddr asWanted = Multiaddr.TryParse($"/{(settings.Ip.Contains(':') ? "ip6" : "ip4")}/{settings.Ip}/tcp/0", out string wrong)
            ?? throw new CliException($"cannot listen on {settings.Ip}: {wrong}", CliException.WrongArguments);
        Multiaddr bound = runner.Node.Listen(asWanted, out LinkError error)
            ?? throw new CliException(
                $"cannot listen on {asWanted}: {CloseText.Describe(error)}; set the listener's address to one of this host's");
        // the first is the one that other hosts reach
        string address = HostAddresses.Expand(bound)[0];
        using ConnectionMultiplexer redis = await ConnectAsync(settings);
        await redis.GetDatabase().ListRightPushAsync(settings.ListKey, address);
        console.Error.WriteLine($"listening at {address}");
        // the dialer ends the run: the listener waits to be stopped
        await asked;
        return 0;
    }

    private static async Task<int> DialAsync(NodeRunner runner, InteropSettings settings, InvocationConfiguration console)
    {
        Multiaddr address = await FindListenerAsync(runner, settings);
        PingClient ping = new(runner.Node);
        long start = Stopwatch.GetTimestamp();
        Connection connection = await runner.DialAsync(address);
        await ping.SendAsync(connection);
        TimeSpan both = Stopwatch.GetElapsedTime(start);
        // the first ping opened its stream too: it belongs to the handshake figure, not to the round trip
        TimeSpan rtt = await ping.SendAsync(connection);
        console.Error.WriteLine($"connected to {address}");
        console.Output.Write(settings.Figures(both, rtt));
        return 0;
    }

    // not BLPOP, which would hold up a connection that is shared by design
    private static async Task<Multiaddr> FindListenerAsync(NodeRunner runner, InteropSettings settings)
    {
        using ConnectionMultiplexer redis = await ConnectAsync(settings);
        while (true)
        {
            RedisValue found = await redis.GetDatabase().ListLeftPopAsync(settings.ListKey);
            if (!found.IsNull)
            {
                Multiaddr? address = Multiaddr.TryParse(found.ToString(), out string error);
                return address is { IsTcp: true }
                    ? address : throw new CliException($"the listener's address can't be dialled: {error ?? found + " is not plain TCP"}");
            }
            await runner.DelayAsync(_lookAgain);
        }
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(InteropSettings settings)
    {
        try
        {
            ConfigurationOptions options = ConfigurationOptions.Parse(settings.Redis);
            options.AbortOnConnectFail = true;
            options.ConnectRetry = 10;
            return await ConnectionMultiplexer.ConnectAsync(options);
        }
        catch (Exception e) when (e is RedisConnectionException or ArgumentException)
        {
            throw new CliException(
                string.Create(CultureInfo.InvariantCulture, $"no redis at {settings.Redis}; start one, or set {settings.RedisVariable}"));
        }
    }
}
