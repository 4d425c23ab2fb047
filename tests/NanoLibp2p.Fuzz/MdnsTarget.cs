using System;
using NanoLibp2p.Discovery;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Datagrams;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Fuzz;

/// <summary>A datagram that comes to a node which asks and announces itself; bit 0 of the first byte: one with WebSocket as well.</summary>
internal sealed class MdnsTarget : MdnsEvents, IMulticastLink
{
    private const string Address = "/ip4/192.168.1.20/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";

    private readonly byte[] _packet;
    private bool _isRead;
    private int _told;

    private MdnsTarget(byte[] packet) => _packet = packet;

    public static void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        MdnsTarget target = new(input[1..]);
        Mdns mdns = new(target, new SeededRandom(input[0]), Mdns.PublicService, Mdns.MinPacketBytes)
        {
            Events = target,
            PlainTcpOnly = (input[0] & 1) == 0,
        };
        mdns.Announce(Address);
        mdns.Search();
        for (long now = 0; now < 3_000;)
        {
            long next = mdns.Poll(now);
            FuzzTarget.Must(next > now, "wants to be polled again and again");
            now = next;
        }

        FuzzTarget.Must(target._isRead && target._told <= 32, "told more than 32 addresses of a packet");
    }

    public LinkError Open() => LinkError.None;

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        int count = _isRead ? 0 : Math.Min(capacity, _packet.Length);
        _isRead = true;
        Array.Copy(_packet, 0, buffer, offset, count);
        return count;
    }

    public int Send(byte[] buffer, int offset, int count)
    {
        FuzzTarget.Must(count is > 12 and <= Mdns.MinPacketBytes, "sent a packet of " + count);
        return count;
    }

    public bool IsNeighbour(byte[] address, int offset, int count)
    {
        FuzzTarget.Must(count is 4 or 16 && offset + count <= address.Length, "an address that is none");
        return true;
    }

    public void Close()
    {
    }

    public override void OnAddress(Mdns mdns, byte[] packet, int name, int offset, int count)
    {
        _told++;
        FuzzTarget.Must(packet[name] is > 0 and < 64 && name + packet[name] < _packet.Length, "a name that is not in the packet");
        FuzzTarget.Must(count is > 20 and <= 247 && offset + count <= _packet.Length, "an address that is not in the packet");
    }

    public override void OnGoodbye(Mdns mdns, byte[] packet, int name) =>
        FuzzTarget.Must(packet[name] is > 0 and < 64 && name + packet[name] < _packet.Length, "a name that is not in the packet");
}
