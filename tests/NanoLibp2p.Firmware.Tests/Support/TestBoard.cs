using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>A board on a network in memory, in its virtual time.</summary>
internal sealed class TestBoard : Board, IDeviceLog, IClock
{
    private readonly MemoryNetwork _network;

    public TestBoard(MemoryNetwork network, uint seed = 1, IStore? store = null)
    {
        _network = network;
        Network = network.AddHost();
        // the seeds of TestNode count up from 1: the same seed would be the same identity
        Random = new SeededRandom(seed + 1_000_000u);
        Store = store ?? new MemoryStore();
    }

    public MemoryTransport Network { get; }

    public CountingSensor Counter { get; } = new();

    public List<string> Lines { get; } = [];

    /// <summary>How often the device has had garbage collected.</summary>
    public int Collections { get; private set; }

    /// <summary>How often the heap was compacted as well.</summary>
    public int Compactions { get; private set; }

    public bool IsSilent { get; set; }

    public long Date { get; set; }

    public override string Name => "test";

    /// <summary>A driver over <see cref="Network"/>; null for that itself.</summary>
    public IStreamTransport? Driver { get; set; }

    public override IStreamTransport Link => Driver ?? Network;

    public override IClock Clock => this;

    public override IRandom Random { get; }

    public string? Weakness { get; set; }

    public override string? RandomWeakness => Weakness;

    public override IStore Store { get; }

    public override Sensor Sensor => Counter;

    public override IDeviceLog? Log => IsSilent ? null : this;

    public override long UnixMs => Date;

    long IClock.NowMs => _network.NowMs;

    public override void CollectGarbage(bool compact)
    {
        Collections++;
        Compactions += compact ? 1 : 0;
    }

    void IDeviceLog.Write(string line) => Lines.Add($"{_network.NowMs}: {line}");
}
