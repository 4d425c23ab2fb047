using System.Collections.Generic;

namespace NanoLibp2p.Footprint.Report;

/// <summary>A chip with the firmware that nanoFramework publishes for it, and how fast nanoCLR runs there by the cost model.</summary>
/// <param name="Name">The chip.</param>
/// <param name="Megahertz">Its clock.</param>
/// <param name="Cycles">Cycles for an average instruction of IL: an estimate, from native instructions counted and from what the chip does
/// with them.</param>
public sealed record Board(string Name, int Megahertz, int Cycles)
{
    /// <summary>
    /// The chips of the table. Native instructions for one of IL, counted in emulation with the flags of published firmware (-Os, debugger
    /// on): 67 on Xtensa, 72 on RV32IMC, 45 on Thumb-2. Cycles are estimated from them: branches, load-use stalls and cache misses;
    /// published STM32F7 firmware keeps the managed heap in external memory, which costs more than the interpreter itself.
    /// </summary>
    public static IReadOnlyList<Board> All { get; } = [new("ESP32", 240, 100), new("ESP32-C3", 160, 105), new("STM32F7", 216, 190)];

    /// <summary>What the estimates rest on, for people.</summary>
    public static string Model { get; } =
        "Instructions are counted; seconds are estimates for published nanoFramework firmware: 100 cycles an IL instruction on an ESP32, "
        + "105 on an ESP32-C3, "
        + "190 on an STM32F7 with its heap in external memory. Firmware built in Release takes 20 to 25 % less.";

    /// <summary>Estimated seconds for so many average IL instructions.</summary>
    public double Seconds(double instructions) => instructions * Cycles / (Megahertz * 1e6);
}
