using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.Relay;

/// <summary>What a relay serves, and how much of it. The defaults are those of go-libp2p.</summary>
public sealed class RelayServiceOptions
{
    /// <summary>Who is served; null for everybody, as <see cref="RelayClass.Ordinary"/>.</summary>
    public IRelayAdmission? Admission { get; set; }

    /// <summary>Reservations at a time.</summary>
    public int MaxReservations { get; set; } = 128;

    /// <summary>Reservations of one host at a time: an IPv4 address, or the first 64 bits of an IPv6 address.</summary>
    public int MaxReservationsPerHost { get; set; } = 8;

    /// <summary>For how long a reservation holds; it also ends with the peer's last direct connection.</summary>
    public TimeSpan ReservationTime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Circuits at a time.</summary>
    public int MaxCircuits { get; set; } = 1024;

    /// <summary>Circuits of one peer at a time, counted at both ends.</summary>
    public int MaxCircuitsPerPeer { get; set; } = 16;

    /// <summary>How long a circuit of <see cref="RelayClass.Ordinary"/> lasts; zero for no end.</summary>
    public TimeSpan CircuitTime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes that a circuit of <see cref="RelayClass.Ordinary"/> carries in each direction; 0 for any number.</summary>
    public long CircuitBytes { get; set; } = 128 * 1024;

    /// <summary>
    /// Bytes a second that a circuit of <see cref="RelayClass.Sensor"/> carries in each direction, on the average over a window of 256 KiB;
    /// 0 for as many as go.
    /// </summary>
    public int SensorBytesPerSecond { get; set; } = 64 * 1024;

    /// <summary>How long either end has for a message.</summary>
    public TimeSpan MessageTime { get; set; } = TimeSpan.FromSeconds(30);

    internal void Check()
    {
        NodeOptions.CheckRange(MaxReservations, 0, int.MaxValue, "MaxReservations");
        NodeOptions.CheckRange(MaxReservationsPerHost, 1, int.MaxValue, "MaxReservationsPerHost");
        NodeOptions.CheckRange(MaxCircuits, 0, int.MaxValue, "MaxCircuits");
        NodeOptions.CheckRange(MaxCircuitsPerPeer, 1, int.MaxValue, "MaxCircuitsPerPeer");
        NodeOptions.CheckRange(SensorBytesPerSecond, 0, int.MaxValue, "SensorBytesPerSecond");
        if (CircuitBytes < 0)
        {
            throw new ArgumentException($"CircuitBytes = {CircuitBytes}; give 0 or more");
        }

        CheckTime(ReservationTime, TimeSpan.FromSeconds(1), "ReservationTime");
        CheckTime(CircuitTime, TimeSpan.Zero, "CircuitTime");
        CheckTime(MessageTime, TimeSpan.FromMilliseconds(1), "MessageTime");
    }

    private static void CheckTime(TimeSpan time, TimeSpan least, string name)
    {
        if (time < least || time > TimeSpan.FromDays(24))
        {
            throw new ArgumentException($"{name} = {time}; give {least} to 24 days");
        }
    }
}
