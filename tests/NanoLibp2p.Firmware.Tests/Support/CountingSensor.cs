using System;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>A sensor that counts, and fails when it is told to.</summary>
internal sealed class CountingSensor : Sensor
{
    private readonly byte[] _name = Reading.Name("count");

    public int Count { get; private set; }

    /// <summary>Who hears of each reading.</summary>
    public Action? Told { get; set; }

    public Exception? Fault { get; set; }

    public int Fields { get; set; } = 1;

    public override void Read(Reading reading)
    {
        if (Fault != null)
        {
            throw Fault;
        }

        Count++;
        Told?.Invoke();
        for (int i = 0; i < Fields; i++)
        {
            reading.Add(_name, Count, 0);
        }
    }
}
