namespace NanoLibp2p.Gateway.Page;

/// <summary>Somebody was turned away, or a connection failed before it opened.</summary>
/// <param name="Time">In Unix milliseconds.</param>
/// <param name="Peer">Who; null where nobody has proved who it is.</param>
/// <param name="Address">Where from.</param>
/// <param name="What">Refused, HandshakeFailed, DialFailed, MessagesDropped, UpgradeFailed.</param>
/// <param name="Why">In words.</param>
/// <param name="LeftOut">More of the same that were left out before this one.</param>
internal sealed record RefusalJson(long Time, string? Peer, string? Address, string What, string Why, int LeftOut);
