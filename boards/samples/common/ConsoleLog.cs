using System;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Samples;

/// <summary>What a board says, on the terminal.</summary>
internal sealed class ConsoleLog : IDeviceLog
{
    /// <inheritdoc/>
    public void Write(string line) => Console.WriteLine(line);
}
