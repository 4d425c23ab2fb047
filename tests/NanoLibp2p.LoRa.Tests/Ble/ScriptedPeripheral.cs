using NanoLibp2p.Hal.Ble;

namespace NanoLibp2p.LoRa.Tests.Ble;

/// <summary>A device as a <see cref="ScriptedCentral"/> hears it: it advertises the service of frames while nobody is connected.</summary>
internal sealed class ScriptedPeripheral
{
    public ScriptedPeripheral(byte last, bool isRandom = false)
    {
        Address = [isRandom ? (byte)1 : (byte)0, 0xC4, 0x4F, 0x33, 0, 0, last];
        (Pipe, Central) = AttPipe.Create(20);
    }

    public byte[] Address { get; }

    /// <summary>The device's end of the connection.</summary>
    public AttPipe Pipe { get; }

    /// <summary>The central's end.</summary>
    public AttPipe Central { get; }

    public bool IsOn { get; set; } = true;

    /// <summary>Refuses to be connected.</summary>
    public bool Refuses { get; set; }

    /// <summary>Takes the connection, and then answers nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>How often it was connected, from its begin or to its end.</summary>
    public int Connects { get; set; }

    public bool IsConnected => Pipe.Connection != 0;

    /// <summary>Its power goes, or it was carried away.</summary>
    public void Leave()
    {
        IsOn = false;
        Pipe.Connection = 0;
        Central.Connection = 0;
    }
}
