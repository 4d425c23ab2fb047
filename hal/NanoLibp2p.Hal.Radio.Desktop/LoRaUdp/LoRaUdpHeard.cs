namespace NanoLibp2p.Hal.Radio.LoRaUdp;

/// <summary>A frame that a packet forwarder heard (rxpk).</summary>
/// <param name="Microseconds">The concentrator's counter when it ended.</param>
/// <param name="SpreadingFactor">5 to 12.</param>
/// <param name="BandwidthHz">Such as 125,000.</param>
/// <param name="RssiDbm">The signal.</param>
/// <param name="SnrQuarterDb">Signal to noise, in quarters of a dB.</param>
/// <param name="Frame">The frame.</param>
public sealed record LoRaUdpHeard(uint Microseconds, int SpreadingFactor, int BandwidthHz, int RssiDbm, int SnrQuarterDb, byte[] Frame);
