using System.Globalization;

namespace NanoLibp2p.Bench.Soak;

/// <summary>What the gateway's process takes at one time.</summary>
/// <param name="Minutes">Since the first device.</param>
/// <param name="HeapBytes">What the collector has left, after a full collection.</param>
/// <param name="ResidentBytes">Resident memory, before that collection.</param>
/// <param name="Threads">Its threads.</param>
/// <param name="Handles">Its file descriptors, or handles.</param>
/// <param name="Connections">Open connections.</param>
/// <param name="Reservations">Reservations of its relay.</param>
internal sealed record SoakSample(
    double Minutes, long HeapBytes, long ResidentBytes, int Threads, int Handles, int Connections, int Reservations)
{
    /// <summary>The columns of <see cref="Line"/>.</summary>
    public const string Head = "minute  heap, MB  resident, MB  threads  handles  connections  reservations";

    /// <summary>It as a line of the table.</summary>
    public string Line() => string.Create(CultureInfo.InvariantCulture,
        $"{Minutes,6:0.0}{HeapBytes / 1e6,10:0.00}{ResidentBytes / 1e6,14:0.0}{Threads,9}{Handles,9}{Connections,13}{Reservations,14}");
}
