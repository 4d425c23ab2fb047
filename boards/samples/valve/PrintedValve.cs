using System;

namespace NanoLibp2p.Samples;

/// <summary>A valve that says what it does.</summary>
internal sealed class PrintedValve : Valve
{
    /// <inheritdoc/>
    public override void Set(bool open) => Console.WriteLine(open ? "the valve opens" : "the valve closes");
}
