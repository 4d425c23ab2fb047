namespace NanoLibp2p.Hal.Radio.Air;

/// <summary>A frame on the simulated air.</summary>
/// <param name="Sender">Who sent it: a number of its own.</param>
/// <param name="IsUp">From a device to a gateway.</param>
/// <param name="Channel">Which channel.</param>
/// <param name="StartUs">When it starts, on the air's clock.</param>
/// <param name="AirUs">How long it takes.</param>
/// <param name="LossDb">What of its power is lost between its sender and the gateways.</param>
/// <param name="Bytes">The frame; not to be changed.</param>
public sealed record AirFrame(long Sender, bool IsUp, int Channel, long StartUs, int AirUs, int LossDb, byte[] Bytes)
{
    /// <summary>When it ends.</summary>
    public long EndUs => StartUs + AirUs;
}
