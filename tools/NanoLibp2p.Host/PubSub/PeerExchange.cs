namespace NanoLibp2p.Host.PubSub;

/// <summary>A peer that a PRUNE names.</summary>
/// <param name="Id">Its id's bytes.</param>
/// <param name="Record">Its signed peer record; null when there is none.</param>
internal readonly record struct PeerExchange(byte[] Id, byte[]? Record);
