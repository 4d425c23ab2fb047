using System.Collections.Generic;
using NanoLibp2p.Gateway.Telemetry;

namespace NanoLibp2p.Gateway.Page;

/// <summary>What the gateway knows of the mesh at one time; each list has a length that it never exceeds.</summary>
/// <param name="Self">Its own peer id.</param>
/// <param name="State">starting, ready, degraded or draining.</param>
/// <param name="Version">Of its program.</param>
/// <param name="Started">When it started, in Unix milliseconds.</param>
/// <param name="Addresses">Where it can be dialed.</param>
/// <param name="Conditions">What is wrong while it goes on, by name.</param>
/// <param name="Services">A line about each service.</param>
/// <param name="Peers">At most <see cref="MeshView.MaxPeers"/>: admitted ones first, then gateways.</param>
/// <param name="MorePeers">Connected peers for which there was no room.</param>
/// <param name="Blocked">Peers on the block list, at most <see cref="MeshView.MaxBlocked"/>.</param>
/// <param name="Reservations">Places at its relay; null where it does not relay.</param>
/// <param name="Circuits">What its relay carries.</param>
/// <param name="Refusals">Who was refused lately, and why; the newest first.</param>
/// <param name="Topics">Topics with the most subscribers.</param>
/// <param name="PlottedTopics">Those whose readings it plots.</param>
/// <param name="Mailboxes">Null where there is no postbox.</param>
/// <param name="Telemetry">Null where nothing is published and nothing of others is shown.</param>
internal sealed record MeshJson(
    string Self, string State, string Version, long Started, IReadOnlyList<string> Addresses,
    IReadOnlyDictionary<string, string> Conditions, IReadOnlyDictionary<string, string> Services, IReadOnlyList<PeerJson> Peers,
    int MorePeers, IReadOnlyList<string> Blocked, IReadOnlyList<ReservationJson>? Reservations, IReadOnlyList<CircuitJson>? Circuits,
    IReadOnlyList<RefusalJson> Refusals, IReadOnlyList<TopicJson> Topics, IReadOnlyList<string> PlottedTopics, MailboxesJson? Mailboxes,
    TelemetryJson? Telemetry);
