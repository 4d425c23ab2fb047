namespace NanoLibp2p.Gateway.Page;

/// <summary>A circuit that this gateway carries.</summary>
/// <param name="From">Who dialed.</param>
/// <param name="To">Whom.</param>
/// <param name="Since">In Unix milliseconds.</param>
/// <param name="Bytes">Carried, both ways together.</param>
/// <param name="IsLimited">Whether its time or its bytes are limited.</param>
internal sealed record CircuitJson(string From, string To, long Since, long Bytes, bool IsLimited);
