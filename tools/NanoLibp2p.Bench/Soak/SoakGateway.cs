using System;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Host.Rendezvous;

namespace NanoLibp2p.Bench.Soak;

/// <summary>
/// The process that is looked at: a node with what a gateway serves, relay, gossipsub router, Kademlia, rendezvous and AutoNAT. Each line
/// of its stdin is answered with a <see cref="SoakSample"/>.
/// </summary>
internal static class SoakGateway
{
    // the observer, and connections of devices that died, which have come back before they are found out
    private const int ConnectionsPerDevice = 3;
    private const int SpareConnections = 64;

    /// <summary>What the process does.</summary>
    public static async Task<int> RunAsync(int devices)
    {
        Libp2pNodeOptions options = new() { MaxConnections = (devices * ConnectionsPerDevice) + SpareConnections };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode node = await Libp2pNode.StartAsync(options);
        await using RelayService relay = RelayService.Start(node, new RelayServiceOptions
        {
            MaxReservations = devices, MaxReservationsPerHost = devices,
        });
        await using KademliaService kademlia = KademliaService.Start(node, new KademliaServiceOptions { Mode = KademliaMode.Server });
        await using RendezvousPoint rendezvous = RendezvousPoint.Start(node, new RendezvousPointOptions());
        await using AutoNatService autoNat = AutoNatService.Start(node, new AutoNatOptions());

        // it carries what it subscribes to
        _ = DrainAsync(node.SubscribeAsync(SoakDevices.Topic));
        Console.WriteLine(node.ListenAddresses[0]);
        while (await Console.In.ReadLineAsync() is { } minutes)
        {
            Console.WriteLine(JsonSerializer.Serialize(Measure(JsonSerializer.Deserialize<double>(minutes), node, relay)));
        }

        return 0;
    }

    private static SoakSample Measure(double minutes, Libp2pNode node, RelayService relay)
    {
        using Process self = Process.GetCurrentProcess();
        long resident = self.WorkingSet64;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return new SoakSample(minutes, GC.GetTotalMemory(true), resident, self.Threads.Count, self.HandleCount, node.Connections.Count,
            relay.Reservations);
    }

    private static async Task DrainAsync(Subscription messages)
    {
        await foreach (TopicMessage _ in messages)
        {
        }
    }
}
