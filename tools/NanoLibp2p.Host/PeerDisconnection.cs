namespace NanoLibp2p.Host;

/// <summary>The last connection to a peer has ended.</summary>
/// <param name="Connection">It.</param>
/// <param name="Why">What ended it: <see cref="Libp2pException.Reason"/> for programs, its message in words.</param>
public sealed record PeerDisconnection(PeerConnection Connection, Libp2pException Why);
