using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;
using StackExchange.Redis;

namespace NanoLibp2p.Cli.Commands;

/// <summary>
/// The kad-dht contract of github.com/libp2p/unified-testing: three programs, of whom a querier must find what a provider has told and
/// stored at a bootstrap node. They find each other by redis.
/// </summary>
internal static class DhtInterop
{
    internal const string Bootstrap = "bootstrap";
    internal const string Provider = "provider";
    internal const string Querier = "querier";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan _lookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs a role.</summary>
    /// <param name="settings">What the environment says.</param>
    /// <param name="redis">Connects to redis.</param>
    /// <param name="console">Where the verdict goes.</param>
    /// <param name="cancellation">The wish to end.</param>
    internal static async Task<int> RunAsync(
        DhtInteropSettings settings, Func<Task<ConnectionMultiplexer>> redis, InvocationConfiguration console,
        CancellationToken cancellation)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(_patience);
        try
        {
            Libp2pNodeOptions options = new() { Shards = 1, PubSub = null, Node = NodeOptions.Desktop() };
            options.ListenAddresses.Add($"/{(settings.Ip.Contains(':') ? "ip6" : "ip4")}/{settings.Ip}/tcp/0");
            await using Libp2pNode node = await Libp2pNode.StartAsync(options, late.Token);
            await using ConnectionMultiplexer store = await redis();
            IDatabase database = store.GetDatabase();
            if (settings.Role == Querier)
            {
                await WaitAsync(database, settings.DoneKey, late.Token);
            }

            KademliaServiceOptions kademlia = new()
            {
                Mode = settings.Role == Querier ? KademliaMode.Client : KademliaMode.Server,
                PublicAddressesOnly = false,
            };
            kademlia.Validators["example"] = new AnyValue();
            if (settings.Role != Bootstrap)
            {
                string text = await WaitAsync(database, settings.BootstrapKey, late.Token);
                Multiaddr address = Multiaddr.TryParse(text, out string error)
                    ?? throw new CliException($"the bootstrap node's address can't be dialled: {error}");
                kademlia.Bootstrap.Add(address.WithPeerId(await node.DialAsync(address, late.Token)));
            }

            await using KademliaService kad = KademliaService.Start(node, kademlia);
            switch (settings.Role)
            {
                case Bootstrap:
                    await database.StringSetAsync(settings.BootstrapKey, node.AnnouncedAddresses[0].ToString());
                    console.Error.WriteLine($"listening at {node.AnnouncedAddresses[0]}");
                    break;
                case Provider:
                    int told = await kad.ProvideAsync(settings.ProvidedKey, late.Token);
                    int stored = await kad.PutValueAsync(settings.ValueKey, Encoding.UTF8.GetBytes(DhtInteropSettings.Value), late.Token);
                    console.Error.WriteLine($"provided at {told} and stored at {stored} peers");
                    if (told == 0 || stored == 0)
                    {
                        return CliException.Failed;
                    }

                    await database.StringSetAsync(settings.DoneKey, "done");
                    break;
                default:
                    return await QueryAsync(kad, settings, console, late.Token);
            }

            // the querier ends the run: the others wait to be stopped
            await Task.Delay(Timeout.Infinite, cancellation);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return settings.Role == Querier ? CliException.Failed : 0;
        }
        catch (OperationCanceledException)
        {
            throw new CliException($"not done after {_patience.TotalSeconds} seconds; the others may not have started");
        }
        catch (Libp2pException e)
        {
            throw new CliException(e.Message);
        }
    }

    private static async Task<int> QueryAsync(
        KademliaService kad, DhtInteropSettings settings, InvocationConfiguration console, CancellationToken cancellation)
    {
        int providers = 0;
        await foreach (KademliaPeerInfo provider in kad.FindProvidersAsync(settings.ProvidedKey, cancellation))
        {
            console.Error.WriteLine($"{provider.Id} provides it at {string.Join(", ", provider.Addresses)}");
            providers++;
        }

        byte[]? value = await kad.GetValueAsync(settings.ValueKey, 0, cancellation);
        string said = value == null ? "there is no value" : $"the value is '{SafeText.Printable(Encoding.UTF8.GetString(value))}'";
        console.Error.WriteLine(said);
        bool isGood = providers > 0 && value != null;
        console.Output.Write(isGood ? "status: pass\n" : "status: fail\n");
        return isGood ? 0 : CliException.Failed;
    }

    private static async Task<string> WaitAsync(IDatabase database, string key, CancellationToken cancellation)
    {
        while (true)
        {
            RedisValue found = await database.StringGetAsync(key);
            if (!found.IsNull)
            {
                return found.ToString();
            }

            await Task.Delay(_lookAgain, cancellation);
        }
    }

    // the contract says nothing of what a value is
    private sealed class AnyValue : IValueValidator
    {
        public bool IsValid(byte[] key, byte[] value) => value.Length > 0;

        public int Select(byte[] key, IReadOnlyList<byte[]> values) => 0;
    }
}
