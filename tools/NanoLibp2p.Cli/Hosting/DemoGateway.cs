using System;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>The gateway of the demo: a node of the desktop library that relays, on a port of loopback that the system picks.</summary>
internal sealed class DemoGateway : IAsyncDisposable
{
    private readonly Libp2pNode _node;
    private readonly RelayService _relay;

    private DemoGateway(Libp2pNode node)
    {
        _node = node;
        _relay = RelayService.Start(node, new RelayServiceOptions());
        Address = node.ListenAddresses[0].ToString();
    }

    /// <summary>Where boards reserve, with its peer id.</summary>
    internal string Address { get; }

    /// <summary>Boards that have reserved a place.</summary>
    internal int Reservations => _relay.Reservations;

    /// <summary>Bytes that it has carried, both ways together.</summary>
    internal long RelayedBytes => _relay.RelayedBytes;

    /// <summary>Has a gateway listen.</summary>
    internal static async Task<DemoGateway> StartAsync()
    {
        // readings go to the listener of the demo, not here
        Libp2pNodeOptions options = new() { Shards = 1, PubSub = null };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return new DemoGateway(await Libp2pNode.StartAsync(options));
    }

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
        await _relay.DisposeAsync();
        await _node.DisposeAsync();
    }
}
