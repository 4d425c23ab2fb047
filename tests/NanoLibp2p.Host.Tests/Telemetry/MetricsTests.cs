using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Host.Tests.AutoNat;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Telemetry;

/// <summary>A node's figures, under the names that go-libp2p's dashboards look for.</summary>
public class MetricsTests
{
    [Fact]
    public async Task Connections_ends_refusals_and_failed_dials_are_counted_with_gos_names_and_labels()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(2, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        using Figures figures = new(server);
        using Figures dialing = new(client);
        await client.DialAsync(server);

        // what is counted last: the node knows of a connection before it is counted
        const string Labels = "transport=tcp,security=/noise,muxer=/yamux/1.0.0,early_muxer=true,ip_version=ip4";
        await Nodes.UntilAsync(() => figures["libp2p_swarm_handshake_latency_seconds", "dir=inbound," + Labels] > 0, "it is connected");
        Assert.Equal(1, figures["libp2p_swarm_connections_opened_total", "dir=inbound," + Labels]);
        await Nodes.UntilAsync(() => dialing["libp2p_swarm_connections_opened_total", "dir=outbound," + Labels] == 1, "it is counted");
        Assert.InRange(figures["libp2p_swarm_handshake_latency_seconds", "dir=inbound," + Labels], 1e-6, 60);
        Assert.Equal(1, figures["libp2p_rcmgr_connections", "dir=inbound,scope=system"]);
        Assert.Equal(0, figures["libp2p_rcmgr_connections", "dir=outbound,scope=system"]);
        Assert.Equal(1, figures["nanolibp2p_peers", ""]);
        Assert.Equal(1, figures["nanolibp2p_shard_connections", "shard=0"] + figures["nanolibp2p_shard_connections", "shard=1"]);
        Assert.InRange(figures["nanolibp2p_shard_received_bytes_total", "shard=0"]
            + figures["nanolibp2p_shard_received_bytes_total", "shard=1"], 200, 100_000);
        Assert.Equal(128 << 20, figures["nanolibp2p_shard_memory_budget_bytes", "shard=0"]);

        await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync("/ip4/127.0.0.1/tcp/1").WaitAsync(Nodes.Patience));
        Assert.Equal(1, dialing["libp2p_swarm_dial_errors_total", "transport=tcp,error=link_refused"]);
        await dialing.UntilAsync("libp2p_swarm_dials_per_peer_total", "outcome=failed,num_dials=1", 1);
        await dialing.UntilAsync("libp2p_swarm_dials_per_peer_total", "outcome=success,num_dials=1", 1);
        Assert.InRange(dialing["libp2p_swarm_dial_latency_seconds", "outcome=success,num_dials=1"], 1e-6, 60);
        Assert.InRange(dialing["libp2p_swarm_dial_ranking_delay_seconds", ""], 0, 60);
        server.Access.Block(client.PeerId);
        await Nodes.UntilAsync(() => client.Peers.Count == 0, "it is cut off");
        await Nodes.UntilAsync(
            () => figures["libp2p_swarm_connection_duration_seconds", "dir=inbound," + Labels] > 0, "the server has counted it");
        Assert.Equal(1, figures["libp2p_swarm_connections_closed_total", "dir=inbound," + Labels]);
        Assert.Equal(1, figures["nanolibp2p_connections_ended_total", "reason=blocked"]);
        Assert.InRange(figures["libp2p_swarm_connection_duration_seconds", "dir=inbound," + Labels], 1e-6, 600);
        Assert.Equal(0, figures["libp2p_rcmgr_connections", "dir=inbound,scope=system"]);
        await client.DialAsync(server);
        await Nodes.UntilAsync(
            () => figures["libp2p_rcmgr_blocked_resources", "dir=inbound,scope=conn,resource=connection"] == 1, "it is refused");
        Assert.Equal(1, figures["nanolibp2p_refused_total", "reason=peer_not_allowed"]);
    }

    [Fact]
    public async Task A_relays_reservations_circuits_rejections_and_bytes_are_counted_with_gos_names_and_labels()
    {
        await using Libp2pNode hop = await Nodes.ListenAsync(2, PollerKind.Best);
        using Figures figures = new(hop);
        await using RelayService relay = RelayService.Start(hop, new RelayServiceOptions { MaxReservations = 1 });
        await using Libp2pNode hidden = await Nodes.StartAsync(1, PollerKind.Best);
        Libp2pNode caller = await Nodes.StartAsync(1, PollerKind.Best);
        await using RelayReservation place = RelayReservation.Start(hidden, hop.ListenAddresses[0]);
        Multiaddr address = await place.WaitAsync().WaitAsync(Nodes.Patience);
        Assert.Equal(1, figures["libp2p_relaysvc_status", ""]);
        await figures.UntilAsync("libp2p_relaysvc_reservations_total", "type=opened", 1);
        await figures.UntilAsync("libp2p_relaysvc_reservation_request_response_status_total", "status=ok", 1);

        await using (RelayReservation refused = RelayReservation.Start(caller, hop.ListenAddresses[0]))
        {
            await Nodes.UntilAsync(() => refused.LastError != null, "it is refused");
        }

        await Nodes.UntilAsync(
            () => figures["libp2p_relaysvc_reservation_rejections_total", "reason=ip constraint violation"] >= 1, "it is counted");
        await Assert.ThrowsAsync<Libp2pException>(() => caller.DialAsync(
            $"{hop.ListenAddresses[0]}/p2p-circuit/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN").WaitAsync(Nodes.Patience));
        await figures.UntilAsync("libp2p_relaysvc_connection_rejections_total", "reason=no reservation", 1);
        await caller.DialAsync(address).WaitAsync(Nodes.Patience);
        await figures.UntilAsync("libp2p_relaysvc_connection_request_response_status_total", "status=ok", 1);
        await figures.UntilAsync("libp2p_relaysvc_connections_total", "type=opened", 1);
        await Nodes.UntilAsync(() => figures["libp2p_relaysvc_data_transferred_bytes_total", ""] >= 100, "bytes are counted");
        Assert.InRange(figures["libp2p_relaysvc_data_transferred_bytes_total", ""], 100, 100_000);

        await caller.DisposeAsync();
        await Nodes.UntilAsync(() => figures["libp2p_relaysvc_connection_duration_seconds", ""] > 0, "the circuit has ended");
        Assert.Equal(1, figures["libp2p_relaysvc_connections_total", "type=closed"]);
        Assert.InRange(figures["libp2p_relaysvc_connection_duration_seconds", ""], 1e-6, 600);
        await hidden.DisposeAsync();
        await Nodes.UntilAsync(() => figures["libp2p_relaysvc_reservations_total", "type=closed"] == 1, "the reservation has ended");
    }

    [Fact]
    public async Task Identify_and_AutoNAT_are_counted_with_gos_names_and_labels()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(dials: false);
        using Figures asking = new(pair.Client);
        using Figures serving = new(pair.Server);
        Assert.Equal(0, asking["libp2p_autonat_reachability_status", ""]);
        await pair.Client.DialAsync(pair.Server);
        await pair.Client.IdentifyAsync(pair.Server.PeerId).WaitAsync(Nodes.Patience);
        Assert.True(asking["libp2p_identify_identify_total", "dir=outbound"] >= 1);
        await Nodes.UntilAsync(() => serving["libp2p_identify_identify_total", "dir=inbound"] >= 1, "the answer is counted");
        Assert.True(asking["libp2p_identify_conn_push_support_total", "support=supported"] >= 1);
        Assert.InRange(asking["libp2p_identify_protocols_received", ""], 5, 64);
        Assert.InRange(asking["libp2p_identify_addrs_received", ""], 1, 8);
        Assert.Equal(pair.Server.AnnouncedAddresses.Count, serving["libp2p_identify_addrs_count", ""]);

        // the second is told with the first, and counted all the same
        pair.Server.Announce(Multiaddr.Parse("/ip4/203.0.113.7/tcp/4001"));
        pair.Server.Handle("/one/more/1.0.0", Nodes.EchoAsync);
        Assert.True(serving["libp2p_identify_identify_pushes_triggered_total", "trigger=addresses_updated"] >= 1);
        Assert.True(serving["libp2p_identify_identify_pushes_triggered_total", "trigger=protocols_updated"] >= 1);
        await Nodes.UntilAsync(() => asking["libp2p_identify_identify_push_total", "dir=inbound"] >= 1, "it is told unasked");
        await Nodes.UntilAsync(() => serving["libp2p_identify_identify_push_total", "dir=outbound"] >= 1, "the telling is counted");

        await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);
        Assert.Equal(1, asking["libp2p_autonat_reachability_status", ""]);
        Assert.Equal(1, asking["libp2p_host_addrs_reachable", "ipv=ip4,transport=tcp"]);
        await serving.UntilAsync("libp2p_autonatv2_requests_completed_total",
            "server_error=nil,response_status=OK,dial_status=OK,dial_data_required=false,ip_or_dns_version=ip4,transport=tcp", 1);
        await pair.Asking.AskV1Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);
        Assert.Equal(1, asking["libp2p_autonat_received_dial_response_total", "response_status=ok"]);
        await serving.UntilAsync("libp2p_autonat_outgoing_dial_response_total", "response_status=ok", 1);
    }

    [Fact]
    public async Task Every_figure_belongs_to_its_node_and_ends_with_it()
    {
        await using Libp2pNode other = await Nodes.StartAsync(1, PollerKind.Best);
        Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        using Figures figures = new(node);
        Assert.Equal(0, figures["nanolibp2p_peers", ""]);
        Assert.All(figures.Names, name => Assert.Matches("^(libp2p|nanolibp2p)_[a-z_]+$", name));
        Assert.InRange(figures.Names.Count, 15, 40);
        await node.DisposeAsync();
        figures.Forget();
        Assert.True(double.IsNaN(figures["nanolibp2p_peers", ""]));
    }

    /// <summary>What one node's meter says, the sum of each label set.</summary>
    private sealed class Figures : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Lock _lock = new();
        private readonly Dictionary<(string, string), double> _values = [];
        private readonly HashSet<string> _names = [];

        public Figures(Libp2pNode node)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == Libp2pNode.MeterName && instrument.Meter.Scope == node)
                {
                    _names.Add(instrument.Name);
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.Start();
        }

        public HashSet<string> Names => _names;

        public double this[string name, string labels]
        {
            get
            {
                _listener.RecordObservableInstruments();
                lock (_lock)
                {
                    return _values.TryGetValue((name, labels), out double value) ? value : double.NaN;
                }
            }
        }

        /// <summary>Waits for a figure of the other side's: what a peer has seen may be counted a moment later.</summary>
        public Task UntilAsync(string name, string labels, double value)
            => Nodes.UntilAsync(() => this[name, labels] == value, $"{name} of {labels} is {value}");

        public void Forget() => _values.Clear();

        public void Dispose() => _listener.Dispose();

        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string labels = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
            lock (_lock)
            {
                (string, string) key = (instrument.Name, labels);
                _values.TryGetValue(key, out double before);
                _values[key] = instrument is Counter<long> ? before + value : value;
            }
        }
    }
}
