using System;
using System.Net.Security;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.Dialing;

/// <summary>How a node dials. The times of one attempt are NodeOptions.DialTimeoutMs and HandshakeTimeoutMs.</summary>
public sealed class DialOptions
{
    /// <summary>The longest a dial of all addresses of a peer takes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Attempts at a time, of all dials, each of one address from the name to the end of the handshake.</summary>
    public int MaxParallel { get; set; } = 160;

    /// <summary>Attempts at a time of one dial.</summary>
    public int MaxParallelPerPeer { get; set; } = 8;

    /// <summary>Addresses of one dial, those found by names included; the others are not tried.</summary>
    public int MaxAddresses { get; set; } = 64;

    /// <summary>How long an address has before the next begins beside it (RFC 8305 5, "Connection Attempt Delay").</summary>
    public TimeSpan AttemptDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The same for addresses of this host and its networks, which answer at once or never.</summary>
    public TimeSpan NearAttemptDelay { get; set; } = TimeSpan.FromMilliseconds(30);

    /// <summary>How long direct addresses have before those through relays begin.</summary>
    public TimeSpan RelayDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// For how long an address that failed, and a peer none of whose addresses answered, is not dialled again by its peer id alone:
    /// this, and one second times the square of the failures before. Zero for no back-off. What the application names by address is
    /// always dialled.
    /// </summary>
    public TimeSpan BackOff { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest back-off.</summary>
    public TimeSpan MaxBackOff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Who looks up names; null for the system's resolver, and the system's name servers for <c>/dnsaddr</c>.</summary>
    public INameResolver? Names { get; set; }

    /// <summary>
    /// Has the last word on the certificate of a peer that is dialled by WebSocket over TLS; null for the system's own check. Who the
    /// peer is is proved inside all the same, so a certificate of one's own making is no danger where the address names the peer.
    /// </summary>
    public RemoteCertificateValidationCallback? CheckCertificate { get; set; }

    internal void Check()
    {
        NodeOptions.CheckRange(MaxParallel, 1, 65536, "Dial.MaxParallel");
        NodeOptions.CheckRange(MaxParallelPerPeer, 1, 65536, "Dial.MaxParallelPerPeer");
        NodeOptions.CheckRange(MaxAddresses, 1, 4096, "Dial.MaxAddresses");
        CheckTime(Timeout, "Timeout", false);
        CheckTime(AttemptDelay, "AttemptDelay", true);
        CheckTime(NearAttemptDelay, "NearAttemptDelay", true);
        CheckTime(RelayDelay, "RelayDelay", true);
        CheckTime(BackOff, "BackOff", true);
        CheckTime(MaxBackOff, "MaxBackOff", true);
    }

    private static void CheckTime(TimeSpan time, string name, bool isZeroFine)
    {
        if (time < TimeSpan.Zero || (time == TimeSpan.Zero && !isZeroFine) || time > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"Dial.{name} = {time}; give up to a day");
        }
    }
}
