using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class ChipBoardTests
{
    [Fact]
    public void A_board_on_a_chip_reads_its_uptime_and_its_heap_and_is_its_own_clock_and_log()
    {
        TestChip chip = new TestChip();
        chip.Log.Write("line");
        Reading reading = new Reading(256);
        reading.Begin(1, 0);
        chip.Sensor.Read(reading);
        reading.End();

        Assert.Equal("""{"n":1,"up_s":75,"free":12345}""", Encoding.UTF8.GetString(reading.Bytes, 0, reading.Count));
        Assert.Equal(75_999, chip.Clock.NowMs);
        Assert.Equal(["line"], chip.Lines);
        Assert.InRange(chip.UnixMs, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000,
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    private sealed class TestChip() : ChipBoard("test", new MemoryNetwork(1).AddHost(), new MemoryStore(), "free")
    {
        public List<string> Lines { get; } = [];

        public override IRandom Random { get; } = new SeededRandom(1);

        public override long NowMs => 75_999;

        public override long HeapBytes => 12_345;

        public override void Write(string line) => Lines.Add(line);
    }
}
