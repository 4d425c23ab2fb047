using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>What AutoNAT does and how much of it; the defaults are go-libp2p's.</summary>
public sealed class AutoNatOptions
{
    /// <summary>Whether peers are served by version 2: they ask this node to dial them.</summary>
    public bool ServeV2 { get; set; } = true;

    /// <summary>Whether peers are served by version 1.</summary>
    public bool ServeV1 { get; set; } = true;

    /// <summary>Whether this node has peers find out by themselves whether it can be reached; <see cref="AutoNatService.AskV2Async"/> asks
    /// one at any time.</summary>
    public bool Probe { get; set; } = true;

    /// <summary>
    /// Whether private and loopback addresses are dialled and asked about, too: for a network without the internet, and for tests.
    /// Otherwise a peer could have this node dial into its own network.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Requests of version 2 that are looked at in a minute, of all peers together.</summary>
    public int RequestsPerMinute { get; set; } = 60;

    /// <summary>The same of one peer.</summary>
    public int RequestsPerMinutePerPeer { get; set; } = 12;

    /// <summary>Dials in a minute to another IP address than the asking peer's, which it has to pay for with data first.</summary>
    public int DialDataPerMinute { get; set; } = 12;

    /// <summary>Requests of version 1 that are looked at in a minute, of all peers together.</summary>
    public int V1RequestsPerMinute { get; set; } = 30;

    /// <summary>The same of one peer.</summary>
    public int V1RequestsPerMinutePerPeer { get; set; } = 3;

    /// <summary>How long a request may take until its answer, the data for another IP address aside.</summary>
    public TimeSpan StreamTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a dial-back may take until its connection is open.</summary>
    public TimeSpan DialTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the number may take to arrive over it.</summary>
    public TimeSpan DialBackTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most that is waited, at random, between the data and the dial, so that many requests don't become one blow.</summary>
    public TimeSpan MaxDialDelay { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Peers more that must say one thing of an address than say the other, for it to be believed.</summary>
    public int Confidence { get; set; } = 2;

    /// <summary>How often an address is asked about that nothing is known of.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often one is asked about that is known.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>For how long a peer is not asked that refused to dial.</summary>
    public TimeSpan RefusedPause { get; set; } = TimeSpan.FromMinutes(2);

    internal void Check()
    {
        NodeOptions.CheckRange(RequestsPerMinute, 1, 65536, "AutoNat.RequestsPerMinute");
        NodeOptions.CheckRange(RequestsPerMinutePerPeer, 1, 65536, "AutoNat.RequestsPerMinutePerPeer");
        NodeOptions.CheckRange(DialDataPerMinute, 0, 65536, "AutoNat.DialDataPerMinute");
        NodeOptions.CheckRange(V1RequestsPerMinute, 1, 65536, "AutoNat.V1RequestsPerMinute");
        NodeOptions.CheckRange(V1RequestsPerMinutePerPeer, 1, 65536, "AutoNat.V1RequestsPerMinutePerPeer");
        NodeOptions.CheckRange(Confidence, 1, 5, "AutoNat.Confidence");
        CheckTime(StreamTimeout, nameof(StreamTimeout));
        CheckTime(DialTimeout, nameof(DialTimeout));
        CheckTime(DialBackTimeout, nameof(DialBackTimeout));
        CheckTime(ProbeInterval, nameof(ProbeInterval));
        CheckTime(RefreshInterval, nameof(RefreshInterval));
        CheckTime(RefusedPause, nameof(RefusedPause));
        if (MaxDialDelay < TimeSpan.Zero || MaxDialDelay > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentException($"AutoNat.MaxDialDelay = {MaxDialDelay}; give 0 to a minute");
        }
    }

    private static void CheckTime(TimeSpan time, string name)
    {
        if (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"AutoNat.{name} = {time}; give more than 0 and at most a day");
        }
    }
}
