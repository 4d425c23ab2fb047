namespace NanoLibp2p.Postbox.Client;

/// <summary>How far a proof of work has come.</summary>
/// <param name="Bits">Bits that are asked for.</param>
/// <param name="Tried">Numbers that were tried.</param>
/// <param name="Expected">Numbers that are tried on average, 2 to the power of <paramref name="Bits"/>; it may take several times as
/// many.</param>
public readonly record struct WorkProgress(int Bits, long Tried, long Expected);
