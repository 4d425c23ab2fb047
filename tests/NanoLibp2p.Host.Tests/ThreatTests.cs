using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Host.Fetch;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Host.Rendezvous;

namespace NanoLibp2p.Host.Tests;

/// <summary>The table of threats says nothing that no test holds.</summary>
public partial class ThreatTests
{
    [Fact]
    public void Every_test_that_THREATS_names_exists()
    {
        string root = Root();
        string[] lines = File.ReadAllLines(Path.Combine(root, "tools/NanoLibp2p.Host/THREATS.md"));
        HashSet<string> tests = [.. Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal))
            .SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];
        string[] rows = [.. lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal)
            && !line.StartsWith("| attack |", StringComparison.Ordinal))];
        Assert.InRange(rows.Length, 30, 300);
        foreach (string row in rows)
        {
            string[] cells = row.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            Assert.True(cells.Length == 3, $"a row has attack, bound and test: {row}");
            string[] named = [.. Name().Matches(cells[2]).Select(match => match.Groups[1].Value)];
            Assert.True(named.Length > 0, $"no test is named: {row}");
            Assert.All(named, name => Assert.True(tests.Contains(name), $"there is no test {name}"));
        }
    }

    [Fact]
    public void Sizes_that_THREATS_states_are_those_of_the_options()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Libp2pNodeOptions node = new();
        NodeOptions device = new();
        ConnectionOptions connections = node.Connections;
        GossipSubOptions gossip = new();
        HolePunchOptions punch = new();
        KademliaServiceOptions kademlia = new();
        StoreLimits store = KademliaServiceOptions.DefaultLimits;
        AutoNatOptions autoNat = new();
        RendezvousPointOptions point = new();
        RelayServiceOptions relay = new();
        FetchOptions fetch = new();
        (string Attack, string Says)[] sizes =
        [
            ("Slowloris: callers that say nothing |", $"{node.Node.FirstByteTimeoutMs / 1000} s for the first byte, "
                + $"{node.Node.HandshakeTimeoutMs / 1000} s for the handshake ({device.HandshakeTimeoutMs / 1000} s on a device)"),
            ("One host takes all places", $"{connections.HalfOpenPerHost} half-open an IPv4 address"),
            ("Many hosts together", $"{connections.HalfOpen:N0} half-open in all"),
            ("Sybil: one host with many identities", $"{connections.PerHost} open connections a host"),
            ("WebSockets that are opened and say nothing", $"{connections.HalfOpenPerHost} a host"),
            ("Pings and empty frames", $"{node.Node.FirstByteTimeoutMs / 1000} s for a byte"),
            ("A host takes its connections twice", $"{connections.PerHost} together"),
            ("Subscribing to topics so that", $"{gossip.CarriedTopicsPerPeer} a peer"),
            ("Memory pinning by a record", $"{node.Node.RecordTimeoutMs / 1000} s from its first byte on"),
            ("Streams without end", $"{node.Node.MaxStreams} a connection, refused with a reason; "
                + $"{YamuxSession.MaxRefusals:N0} refusals"),
            ("Filling the log", $"{EventLog.Burst} lines a peer or address, then one each {EventLog.RefillSeconds} s; "
                + $"{EventLog.RecentEvents} kept"),
            ("Claims without end in identify", $"{PeerIdentification.MaxProtocols:N0} protocols, "
                + $"{PeerIdentification.MaxAddresses} addresses"),
            ("Peers without end in the peer store", $"{node.PeerStore.MaxPeers:N0} peers, {node.PeerStore.MaxBytes >> 20} MiB"),
            ("Names that lead to names", $"{AddressResolver.MaxLookups} lookups, {AddressResolver.MaxDepth} deep, "
                + $"{AddressResolver.MaxRecords} records each"),
            ("Being made to dial many addresses", $"{node.Dial.MaxParallel} attempts in all, {node.Dial.MaxParallelPerPeer} a peer"),
            ("A relay used as somebody's bandwidth", $"{relay.CircuitBytes >> 10} KiB and "
                + $"{relay.CircuitTime.TotalMinutes} min a circuit"),
            ("Being made to dial many strangers", $"{Punch.MaxAddresses} addresses an exchange, {punch.Attempts} exchanges"),
            ("Exchanges without end", $"{punch.PerMinutePerPeer} a minute a peer, {punch.PerMinute} in all"),
            ("Many peers come through relays", $"{punch.MaxParallel} at a time"),
            ("Messages that are too long, make no sense or never come",
                $"{HolePunchMessages.MaxBytes:N0} bytes, {punch.MessageTimeout.TotalSeconds} s"),
            ("Eclipse: a thousand identities", $"{kademlia.MaxServersAGroup} of an IP group in the table, "
                + $"{kademlia.MaxServersAGroupInBucket} in a bucket"),
            ("A chain of liars", $"{8 * kademlia.BucketSize} requests a lookup"),
            ("Provider records about others", $"{store.MaxProvidersAKey} a key, {store.MaxKeysAProvider:N0} a peer, "
                + $"{store.MaxProviders:N0} in all"),
            ("Values without end", $"{store.MaxValues:N0} of {kademlia.MaxValueBytes >> 10} KiB"),
            ("Requests that are too long, or dribble", $"{kademlia.MaxRequestBytes >> 10} KiB, "
                + $"{kademlia.QueryTimeout.TotalSeconds} s"),
            ("Streams that are kept open", $"{kademlia.MaxStreamsAPeer} a peer, a minute of silence"),
            ("Amplification: dials at somebody", $"{autoNat.DialDataPerMinute} a minute"),
            ("Requests without end", $"{autoNat.RequestsPerMinutePerPeer} a minute a peer, {autoNat.RequestsPerMinute} in all"),
            ("A flood of GRAFTs", $"{gossip.MaxGrafts:N0} a heartbeat"),
            ("A flood of IHAVEs", $"{gossip.MaxHaves} RPCs and {gossip.MaxHaveIds:N0} ids a heartbeat"),
            ("Announcing what is never sent", $"{gossip.PromiseTime.TotalSeconds} s, then a penalty"),
            ("A flood of IWANTs", $"{gossip.MaxWantIds:N0} ids a heartbeat"),
            ("Long messages that never end", $"{gossip.MessagesUnderWayBytes >> 20} MiB of them a shard, "
                + $"{gossip.LongMessageTime.TotalSeconds} s each"),
            ("Messages that the application judges slowly", $"{gossip.MaxValidations:N0} wait, "
                + $"{gossip.ValidationTime.TotalSeconds} s"),
            ("Topics without end |", $"{gossip.MaxTopicsPerPeer:N0} a peer, {gossip.MaxTopics:N0} in all"),
            ("IDONTWANT without end", $"{gossip.MaxDontWantIds:N0} ids a heartbeat"),
            ("Peer exchange that leads to dials", $"{gossip.ExchangeDials} at once"),
            ("Filling the point", $"{point.MaxRegistrationsPerPeer:N0} registrations a peer, "
                + $"{point.MaxRegistrationsPerNetwork:N0} a network, {point.MaxBytes >> 20} MiB"),
            ("Requests that are too long or too many", $"{point.RequestsPerMinutePerPeer} a minute"),
            ("Filling the memory while the disk refuses", $"{SqliteRendezvousStore.MaxWaiting:N0} changes wait"),
            ("A point whose answers do not end",
                $"{RendezvousMessage.MaxAnswer >> 20} MiB, {RendezvousMessage.MaxPeers:N0} registrations"),
            ("Fetch requests without end", $"{fetch.MaxRequestsPerPeer} at a time a peer"),
            ("Keys of fetch", $"{FetchService.MaxKeyBytes:N0} bytes"),
            ("Fetch requests that dribble", $"{fetch.Timeout.TotalSeconds} s"),
            ("Answers of fetch", $"{fetch.MaxValueBytes >> 20} MiB"),
        ];
        string[] lines = File.ReadAllLines(Path.Combine(Root(), "tools/NanoLibp2p.Host/THREATS.md"));
        Assert.Equal(TimeSpan.FromMinutes(1), kademlia.IdleTimeout);
        Assert.All(sizes, size => Assert.Contains(size.Says,
            lines.First(line => line.StartsWith("| " + size.Attack, StringComparison.Ordinal)), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"public (?:async )?(?:void|Task) ([A-Z]\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex("`([A-Z][A-Za-z0-9_]+)`")]
    private static partial Regex Name();

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder!, "nanoLibp2p.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder!;
    }
}
