using System;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>AutoNAT's figures under the node's meter, with the names and labels of go-libp2p (its autonat and autonatv2 metrics).</summary>
internal sealed class AutoNatMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _received;
    private readonly Counter<long> _answered;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _completed;

    internal AutoNatMetrics(Libp2pNode node, Func<ReachabilityReport> report)
    {
        _meter = new Meter(new MeterOptions(Libp2pNode.MeterName) { Scope = node });
        _meter.CreateObservableGauge("libp2p_autonat_reachability_status", () => (int)report().Overall, null,
            "Whether strangers can dial this node: 0 unknown, 1 they can, 2 they can't");
        Count(report, "reachable", Reachability.Public, "Own addresses that strangers can dial");
        Count(report, "unreachable", Reachability.Private, "Own addresses that they can't");
        Count(report, "unknown", Reachability.Unknown, "Own addresses that have not been tried enough");
        _received = _meter.CreateCounter<long>("libp2p_autonat_received_dial_response_total", null,
            "Answers of peers that were asked by version 1");
        _answered = _meter.CreateCounter<long>("libp2p_autonat_outgoing_dial_response_total", null,
            "Answers to peers that have asked by version 1");
        _refused = _meter.CreateCounter<long>("libp2p_autonat_outgoing_dial_refused_total", null,
            "Peers that have asked by version 1 and are not dialed, by why");
        _completed = _meter.CreateCounter<long>("libp2p_autonatv2_requests_completed_total", null,
            "Requests of peers by version 2, by what came of them");
    }

    public void Dispose() => _meter.Dispose();

    internal void V1Received(ulong status) => _received.Add(1, new TagList { { "response_status", V1NameOf(status) } });

    internal void V1Answered(ulong status) => _answered.Add(1, new TagList { { "response_status", V1NameOf(status) } });

    /// <summary>Counts an answer that refuses.</summary>
    /// <param name="reason">go's words: rate limited, dial blocked, no valid address.</param>
    internal void V1Refused(string reason)
    {
        V1Answered(AutoNatMessages.V1DialRefused);
        _refused.Add(1, new TagList { { "refusal_reason", reason } });
    }

    /// <summary>Counts a request of version 2.</summary>
    /// <param name="error">go's words: nil, bad request, dial data refused, resource limit exceeded.</param>
    /// <param name="response">The answer's status.</param>
    /// <param name="dial">What came of the dial.</param>
    /// <param name="isDataRequired">Whether the peer had to pay.</param>
    /// <param name="address">What was dialed; null for none.</param>
    internal void V2Completed(string error, ulong response, ulong dial, bool isDataRequired = false, Multiaddr? address = null)
        => _completed.Add(1, new TagList
        {
            { "server_error", error },
            { "response_status", response switch
                {
                    AutoNatMessages.Ok => "OK",
                    AutoNatMessages.DialRefused => "E_DIAL_REFUSED",
                    AutoNatMessages.RequestRejected => "E_REQUEST_REJECTED",
                    _ => "E_INTERNAL_ERROR",
                } },
            { "dial_status", dial switch
                {
                    AutoNatMessages.DialOk => "OK",
                    AutoNatMessages.DialError => "E_DIAL_ERROR",
                    AutoNatMessages.DialBackError => "E_DIAL_BACK_ERROR",
                    _ => "UNUSED",
                } },
            { "dial_data_required", isDataRequired ? "true" : "false" },
            { "ip_or_dns_version", address == null ? "" : AddressScopes.IpOf(address) is { } ip
                ? ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "ip4" : "ip6" : "unknown" },
            { "transport", address == null ? "" : "tcp" },
        });

    private void Count(Func<ReachabilityReport> report, string name, Reachability which, string what)
        => _meter.CreateObservableGauge("libp2p_host_addrs_" + name, () => report().Addresses.Where(one => one.Reachability == which)
            .GroupBy(one => NodeMetrics.VersionOf(one.Address))
            .Select(group => new Measurement<int>(group.Count(), new("ipv", group.Key), new("transport", "tcp"))), null, what);

    private static string V1NameOf(ulong status) => status switch
    {
        AutoNatMessages.V1Ok => "ok",
        AutoNatMessages.V1DialError => "dial error",
        AutoNatMessages.V1DialRefused => "dial refused",
        AutoNatMessages.V1BadRequest => "bad request",
        _ => "unknown",
    };
}
