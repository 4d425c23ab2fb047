using System;
using NanoLibp2p.Discovery;

namespace NanoLibp2p.Host.Discovery;

/// <summary>What an <see cref="MdnsService"/> does.</summary>
public sealed class MdnsServiceOptions
{
    /// <summary>The service's name in lower case: of a private network <c>_p2p-x._udp.local</c>, with the base16 fingerprint x of its
    /// key.</summary>
    public string Service { get; set; } = Mdns.PublicService;

    /// <summary>The UDP port; other mDNS programs of this host, such as avahi, share it.</summary>
    public int Port { get; set; } = Mdns.Port;

    /// <summary>Whether the node answers for itself; false finds others alone.</summary>
    public bool Announce { get; set; } = true;

    /// <summary>Whether everybody who is found is dialed, eight at a time.</summary>
    public bool Dial { get; set; }

    /// <summary>For how long the peer store keeps an address after it was last heard: questions are a minute apart at most.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>Peers that are remembered at a time, 1 to 100,000; beyond, new ones are passed over until old ones expire.</summary>
    public int MaxPeers { get; set; } = 1_024;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of range; the message says which, and what to give.</exception>
    internal void Check()
    {
        if (Port is < 1 or > 65_535)
        {
            throw new ArgumentException($"Port = {Port}; give 1 to 65535");
        }

        if (MaxPeers is < 1 or > 100_000)
        {
            throw new ArgumentException($"MaxPeers = {MaxPeers}; give 1 to 100000");
        }

        if (Lifetime < TimeSpan.FromSeconds(1))
        {
            throw new ArgumentException($"Lifetime = {Lifetime}; give a second or more");
        }
    }
}
