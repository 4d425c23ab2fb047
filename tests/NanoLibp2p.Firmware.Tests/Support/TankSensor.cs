namespace NanoLibp2p.Firmware.Tests;

// <sensor>
public sealed class TankSensor : Sensor
{
    private readonly byte[] _level = Reading.Name("level_m");    // made once: a reading allocates nothing

    public override void Read(Reading reading) => reading.Add(_level, Centimetres(), 2);

    private static int Centimetres() => 142;                    // from a pin, a bus, the chip: {"n":1,"level_m":1.42}
}
// </sensor>
