using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host;

/// <summary>How many connections whom are kept for: the marks above which the least useful are closed, and how many one host may
/// have.</summary>
public sealed class ConnectionOptions
{
    /// <summary>
    /// Connections above which those of the least use are closed, down to <see cref="LowWater"/>; 0, the default, is nine tenths of
    /// MaxConnections. Peers that are protected, and connections younger than <see cref="GracePeriod"/>, stay.
    /// </summary>
    public int HighWater { get; set; }

    /// <summary>Connections that are left then; 0, the default, is eight tenths of MaxConnections.</summary>
    public int LowWater { get; set; }

    /// <summary>How long a new connection is left in peace, to show what it is for. 20 s by default.</summary>
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Open connections that one host may have called for at a time: an IPv4 address, or the first 64 bits of an IPv6 address. 10 by
    /// default; 0 for no limit. Hosts of <see cref="AccessList.Trust"/> have none.
    /// </summary>
    public int PerHost { get; set; } = 10;

    /// <summary>
    /// Callers of one host that have not proved yet who they are: a further one takes the place of the host's oldest that says nothing, or
    /// is turned away. 16 by default; 0 for no limit. How long they have is NodeOptions.FirstByteTimeoutMs and HandshakeTimeoutMs.
    /// </summary>
    public int HalfOpenPerHost { get; set; } = 16;

    /// <summary>As many of all hosts together. 1,024 by default; 0 for no limit.</summary>
    public int HalfOpen { get; set; } = 1024;

    /// <summary>Whether the limits per host hold for callers from this machine, too. False: a proxy or a tunnel calls for many.</summary>
    public bool LimitsLoopback { get; set; }

    internal void Check(int maxConnections)
    {
        NodeOptions.CheckRange(HighWater, 0, maxConnections, "Connections.HighWater");
        NodeOptions.CheckRange(LowWater, 0, HighMark(maxConnections), "Connections.LowWater");
        NodeOptions.CheckRange(PerHost, 0, int.MaxValue, "Connections.PerHost");
        NodeOptions.CheckRange(HalfOpenPerHost, 0, int.MaxValue, "Connections.HalfOpenPerHost");
        NodeOptions.CheckRange(HalfOpen, 0, int.MaxValue, "Connections.HalfOpen");
        if (GracePeriod < TimeSpan.Zero)
        {
            throw new ArgumentException($"Connections.GracePeriod = {GracePeriod}; give 0 or more");
        }
    }

    internal int HighMark(int maxConnections) => HighWater > 0 ? HighWater : Math.Max(1, (int)(maxConnections * 0.9));

    internal int LowMark(int maxConnections) => LowWater > 0 ? LowWater : Math.Min(HighMark(maxConnections), (int)(maxConnections * 0.8));
}
