namespace NanoLibp2p.JsPeers;

/// <summary>Options of <c>@libp2p/mdns</c>.</summary>
/// <param name="Port">The UDP port of the group.</param>
/// <param name="ServiceTag">The service's name.</param>
/// <param name="Interval">Milliseconds between two questions.</param>
public sealed record JsMdns(int Port, string ServiceTag, int Interval = 1_000);
