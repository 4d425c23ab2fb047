using System.Collections.Generic;

namespace NanoLibp2p.Footprint.Report;

/// <summary>A chip, and how fast nanoCLR runs on it by the cost model.</summary>
/// <param name="Name">The chip.</param>
/// <param name="Megahertz">Its clock.</param>
public sealed record Board(string Name, int Megahertz)
{
    /// <summary>Native instructions that nanoCLR spends on one of IL: measured on a 32-bit host.</summary>
    public const int NativePerInstruction = 49;

    /// <summary>Cycles for one instruction of IL: 49 native ones at the pace that makes 3 million a second of a 240 MHz ESP32.</summary>
    public const int CyclesPerInstruction = 80;

    /// <summary>The chips of the table.</summary>
    public static IReadOnlyList<Board> All { get; } = [new("ESP32", 240), new("STM32F4", 168), new("STM32F7", 216)];

    /// <summary>What the estimates rest on, for people.</summary>
    public static string Model { get; } =
        $"Seconds are estimates: {NativePerInstruction} native instructions for each of IL (measured, 32-bit host), {CyclesPerInstruction} cycles for them on every chip "
        + "(about 3 million IL instructions a second at 240 MHz); an STM32F7 issues two at a time and may do better.";

    /// <summary>Estimated seconds for so many average IL instructions.</summary>
    public double Seconds(double instructions) => instructions * CyclesPerInstruction / (Megahertz * 1e6);
}
