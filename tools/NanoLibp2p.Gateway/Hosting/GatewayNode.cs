using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Host;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Host.WebSocket;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>The node of a gateway: made of the settings and of what the data folder keeps.</summary>
internal static class GatewayNode
{
    private const int KnownPeers = 4096;

    // files that it opens later: the runtime keeps each library of its own and of ASP.NET open, and ends the process where there is none
    // for the next
    private const int LaterFiles = 192;

    /// <summary>Connections that fit under the system's limit of open files, beside all that a gateway opens later.</summary>
    internal static int FittingConnections => Math.Max(0, OpenFiles.Connections - LaterFiles);

    /// <summary>Starts it. An address that can't be listened on is left out with a condition, as long as another can.</summary>
    /// <exception cref="GatewayException">It can't start; the message says why.</exception>
    internal static async Task<Libp2pNode> StartAsync(
        GatewaySettings settings, DataFolder folder, Identity identity, Func<PeerId, bool> admits, ConnectionOptions limits,
        WebSocketListenOptions webSockets, Conditions conditions, CancellationToken cancellationToken)
    {
        NodeOptions node = NodeOptions.Desktop();
        NoiseIdentity noise = folder.ReadOrMakeNoiseIdentity(identity, node.EarlyMuxer, out string? notice);
        if (notice != null)
        {
            conditions.Set("noise-key", notice);
        }

        Libp2pNodeOptions options = new() { Identity = identity, Node = node, Gate = new PeerGate(admits), Connections = limits };
        options.Shards = settings.Shards > 0 ? settings.Shards : options.Shards;
        int connections = Connections(settings.Connections, conditions);
        node.NoiseIdentity = noise;
        node.Bindings = new PeerBindingTable(KnownPeers);
        node.HandshakeTimeoutMs = 10_000;
        node.MaxStreams = settings.Streams;
        options.MaxConnections = connections;
        options.MemoryBytes = (long)options.Shards * settings.BufferMiB * 1024 * 1024;
        options.UseWebSockets(webSockets);
        options.PubSub = new GossipSubOptions { CarriedTopics = settings.CarriedTopics, Carries = settings.Carries };
        options.HolePunching = settings.IsOn(SettingsTable.HolePunch)
            ? new HolePunchOptions { AllowPrivateAddresses = settings.IsOn(SettingsTable.HolePunchPrivate) } : null;
        foreach (string address in Bindable(settings.Listen, conditions))
        {
            options.ListenAddresses.Add(address);
        }

        try
        {
            return await Libp2pNode.StartAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e)
        {
            throw new GatewayException(e.Message, inner: e);
        }
        catch (ArgumentException e)
        {
            throw new GatewayException($"the settings do not fit together: {e.Message}", isConfiguration: true, e);
        }
    }

    private static int Connections(int wanted, Conditions conditions)
    {
        int fitting = Math.Min(wanted, FittingConnections);
        if (fitting == 0)
        {
            throw new GatewayException($"this system lets a program have {OpenFiles.Limit} open files, which leaves none for a connection; "
                + "raise it with ulimit -n, or LimitNOFILE= of the systemd unit");
        }

        if (fitting < wanted)
        {
            conditions.Set("file-limit", $"room for {fitting} connections instead of limits.connections = {wanted} under this system's "
                + $"limit of {OpenFiles.Limit} open files; raise it with ulimit -n, or LimitNOFILE= of the systemd unit");
        }

        return fitting;
    }

    // those that can be listened on
    private static List<string> Bindable(IReadOnlyList<string> addresses, Conditions conditions)
    {
        List<string> fitting = [];
        List<string> reasons = [];
        foreach (Multiaddr address in addresses.Select(Multiaddr.Parse))
        {
            if (ListenProbe.Why(address.Host, address.Port, "--listen") is { } why)
            {
                reasons.Add($"cannot listen on {address}: {why}");
            }
            else
            {
                fitting.Add(address.ToString());
            }
        }

        if (reasons.Count > 0 && fitting.Count == 0)
        {
            throw new GatewayException(string.Join("; ", reasons));
        }

        for (int i = 0; i < reasons.Count; i++)
        {
            conditions.Set(i == 0 ? "listen" : $"listen-{i + 1}", reasons[i]);
        }

        return fitting;
    }

    // whom the gateway's lists let in
    private sealed class PeerGate(Func<PeerId, bool> admits) : ConnectionGate
    {
        public override bool AllowsPeer(PeerId peer, Multiaddr? address, bool isInbound) => admits(peer);
    }
}
