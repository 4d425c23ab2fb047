namespace NanoLibp2p.Bench.Soak;

/// <summary>What the devices have done.</summary>
/// <param name="Alive">Those that live.</param>
/// <param name="Lives">How often one has started.</param>
/// <param name="Published">Readings that somebody could hear.</param>
/// <param name="Closed">Lives that ended in order.</param>
/// <param name="Broken">Lives that ended with their socket.</param>
/// <param name="Silent">Lives that ended without a word.</param>
internal sealed record SoakCount(int Alive, int Lives, long Published, int Closed, int Broken, int Silent);
