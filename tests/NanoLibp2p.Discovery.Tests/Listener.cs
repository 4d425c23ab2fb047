using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Discovery.Tests;

/// <summary>A node's mDNS in virtual time on a group in memory, and what it has heard.</summary>
internal sealed class Listener : MdnsEvents
{
    public Listener(MulticastNetwork network, string service = Mdns.PublicService, int packetBytes = Mdns.MinPacketBytes, uint seed = 1)
    {
        Network = network;
        Port = network.AddPort();
        Mdns = new Mdns(Port, new SeededRandom(seed), service, packetBytes) { Events = this };
    }

    public MulticastNetwork Network { get; }

    public MulticastNetwork.Port Port { get; }

    public Mdns Mdns { get; }

    public long NowMs { get; private set; } = 1_000_000;

    /// <summary>Each as <c>name address</c>.</summary>
    public List<string> Found { get; } = [];

    /// <summary>The addresses alone.</summary>
    public List<string> Addresses { get; } = [];

    public List<string> Gone { get; } = [];

    /// <summary>Polls it as often as it asks to be.</summary>
    public Listener Run(int milliseconds)
    {
        long end = NowMs + milliseconds;
        while (true)
        {
            long next = Mdns.Poll(NowMs);
            Assert.True(next > NowMs, "it wants to be polled again and again");
            if (next > end)
            {
                NowMs = end;
                return this;
            }

            NowMs = next;
        }
    }

    /// <summary>Begins to search, and lets the first question go.</summary>
    public Listener Search()
    {
        Mdns.Search();
        return Run(150);
    }

    /// <summary>Hears a packet.</summary>
    public Listener Hear(byte[] packet)
    {
        Network.Send(packet);
        return Run(120);
    }

    public override void OnAddress(Mdns mdns, byte[] packet, int name, int offset, int count)
    {
        Addresses.Add(Encoding.Latin1.GetString(packet, offset, count));
        Found.Add($"{Text(packet, name)} {Addresses[^1]}");
    }

    public override void OnGoodbye(Mdns mdns, byte[] packet, int name) => Gone.Add(Text(packet, name));

    private static string Text(byte[] packet, int name) => Encoding.Latin1.GetString(packet, name + 1, packet[name]);
}
