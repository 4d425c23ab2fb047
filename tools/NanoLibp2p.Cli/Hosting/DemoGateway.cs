using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>
/// The gateway of the demo, as <c>gateway run</c> has it: it relays, keeps mail and serves its page, on ports of loopback that the system
/// picks, in a folder that goes with it.
/// </summary>
internal sealed class DemoGateway : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly GatewayHost _host;
    private readonly RelayService _relay;

    private DemoGateway(DirectoryInfo folder, GatewayHost host)
    {
        _folder = folder;
        _host = host;
        _relay = host.Core.FullNode!.Relay!;
        Address = host.Node.ListenAddresses[0].ToString();
    }

    /// <summary>Where boards reserve and have their mail, with its peer id.</summary>
    internal string Address { get; }

    /// <summary>Where a browser finds the page.</summary>
    internal string Page => _host.Status.Http[0];

    /// <summary>A folder for what goes with the demo.</summary>
    internal string Folder => _folder.FullName;

    /// <summary>Boards that have reserved a place.</summary>
    internal int Reservations => _relay.Reservations;

    /// <summary>Bytes that it has carried, both ways together.</summary>
    internal long RelayedBytes => _relay.RelayedBytes;

    /// <summary>What sensors on radios are told of it; null when it has no radio.</summary>
    internal RadioCard? RadioCard => _host.Core.FullNode!.Radios?.Card;

    /// <summary>Has a gateway listen.</summary>
    /// <param name="topic">What its page plots.</param>
    /// <param name="radios">The sensors that it hears on radios.</param>
    internal static async Task<DemoGateway> StartAsync(string topic, DemoRadios radios)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nanolibp2p-demo");
        try
        {
            // without the user's own settings: it is nobody's gateway
            string none = Path.Combine(folder.FullName, "gateway.json");
            await File.WriteAllTextAsync(none, "{}");
            string data = Path.Combine(folder.FullName, "gateway");
            Directory.CreateDirectory(data);
            await File.WriteAllLinesAsync(Path.Combine(data, RadioHost.DevicesFile), radios.Cards);
            GatewaySettings settings = GatewaySettings.Load(new SettingsSources
            {
                File = none,
                Flags =
                [
                    ("demo", SettingsTable.Data, [data]),
                    ("demo", SettingsTable.Listen, ["/ip4/127.0.0.1/tcp/0"]),
                    ("demo", SettingsTable.HttpListen, ["http://127.0.0.1:0"]),
                    ("demo", SettingsTable.Shards, ["1"]),
                    ("demo", SettingsTable.Kademlia, ["false"]),
                    ("demo", SettingsTable.PageTopics, [topic]),
                    ("demo", SettingsTable.Radios, [.. radios.Addresses]),
                ],
            });
            return new DemoGateway(folder, await GatewayHost.StartAsync(settings, logging: _ => { }));
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Makes a mailbox, as <c>gateway mailbox open</c> does.</summary>
    internal async Task OpenMailboxAsync(PeerId peer) => await _host.Core.FullNode!.Postbox!.Service.OpenAsync(peer);

    /// <summary>Messages that wait for a peer.</summary>
    internal int Waiting(PeerId peer) => _host.Core.FullNode!.Postbox!.Service.Find(peer)?.Waiting ?? 0;

    /// <summary>Where a board that has reserved a place is dialed.</summary>
    internal string AddressOf(HostedBoard board) => $"{Address}/p2p-circuit/p2p/{board.Peer}";

    /// <summary>Dials a peer as somebody who knows its relayed address and nothing else, and pings it end to end.</summary>
    /// <param name="address">With <c>/p2p-circuit</c>.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <returns>Who dialed, and its round trip; a first ping, which opens the stream, is not counted.</returns>
    /// <exception cref="Libp2pException">It can't be reached, or does not answer.</exception>
    internal static async Task<(PeerId Outside, TimeSpan RoundTrip)> ReachAsync(string address, CancellationToken cancellation)
    {
        await using Libp2pNode outside = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = 1, PubSub = null }, cancellation);
        PeerId board = await outside.DialAsync(address, cancellation);
        await outside.PingAsync(board, cancellation);
        return (outside.PeerId, await outside.PingAsync(board, cancellation));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
