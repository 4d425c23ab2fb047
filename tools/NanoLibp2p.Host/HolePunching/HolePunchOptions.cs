using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.HolePunching;

/// <summary>How direct ways are looked for; the defaults are go-libp2p's where it has such a thing.</summary>
public sealed class HolePunchOptions
{
    /// <summary>Exchanges of addresses with one peer, each followed by dials of both.</summary>
    public int Attempts { get; set; } = 3;

    /// <summary>How long both dial after an exchange.</summary>
    public TimeSpan DialTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a peer is dialed alone that says that it has public addresses.</summary>
    public TimeSpan DirectDialTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long each message of the exchange may take.</summary>
    public TimeSpan MessageTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause before another attempt.</summary>
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Peers that a direct way is looked for to at a time; one more is left with its relayed connection.</summary>
    public int MaxParallel { get; set; } = 16;

    /// <summary>Exchanges and dials in a minute, for all peers together.</summary>
    public int PerMinute { get; set; } = 120;

    /// <summary>The same for one peer.</summary>
    public int PerMinutePerPeer { get; set; } = 8;

    /// <summary>
    /// Whether private and loopback addresses are told and dialed, too: for a network without the internet, and for tests. Otherwise a
    /// peer could have this node dial into its own network.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    internal void Check()
    {
        NodeOptions.CheckRange(Attempts, 1, 10, "HolePunch.Attempts");
        NodeOptions.CheckRange(MaxParallel, 1, 1024, "HolePunch.MaxParallel");
        NodeOptions.CheckRange(PerMinute, 1, 65536, "HolePunch.PerMinute");
        NodeOptions.CheckRange(PerMinutePerPeer, 1, 65536, "HolePunch.PerMinutePerPeer");
        CheckTime(DialTimeout, nameof(DialTimeout), false);
        CheckTime(DirectDialTimeout, nameof(DirectDialTimeout), false);
        CheckTime(MessageTimeout, nameof(MessageTimeout), false);
        CheckTime(RetryPause, nameof(RetryPause), true);
    }

    private static void CheckTime(TimeSpan time, string name, bool isZeroFine)
    {
        if (time < TimeSpan.Zero || (time == TimeSpan.Zero && !isZeroFine) || time > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException($"HolePunch.{name} = {time}; give up to ten minutes");
        }
    }
}
