namespace NanoLibp2p.Bench.Postbox;

/// <summary>How fast something was done.</summary>
/// <param name="PerSecond">How many a second.</param>
/// <param name="ProcessorUs">Microseconds of processor time for each, of all threads: the same on a busy machine.</param>
internal sealed record StoreRate(double PerSecond, double ProcessorUs);
