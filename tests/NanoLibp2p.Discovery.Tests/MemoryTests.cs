using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Datagrams;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Discovery.Tests;

/// <summary>What mDNS takes of a device's heap.</summary>
public class MemoryTests
{
    private const string Service = "_p2p._udp.local";
    private const string Address = "/ip4/192.168.1.20/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";

    [Fact]
    public void It_takes_less_than_1_KiB_of_a_devices_heap()
    {
        Mdns mdns = new(new MulticastNetwork().AddPort(), new SeededRandom(1), Mdns.PublicService, Mdns.MinPacketBytes);

        SortedDictionary<string, int> bill = LiveHeap.Measure(mdns, item => item is IMulticastLink or IRandom);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', bill.Select(pair => $"{pair.Value,6} {pair.Key}")));
        Assert.InRange(bill.Values.Sum(), 800, 1024);
    }

    [Fact]
    public void Packets_that_come_and_go_allocate_nothing()
    {
        Endless link = new(
        [
            DnsPacket.Query(new DnsRecord(Service, DnsRecord.Any), new DnsRecord("_services._dns-sd._udp.local", DnsRecord.Ptr)).ToBytes(),
            DnsPacket.Response(new DnsRecord($"one.{Service}", DnsRecord.Txt, 1, 120, $"dnsaddr={Address}\ndnsaddr={Address}")).ToBytes(),
            [0, 0, 0x84, 0, 0, 9, 0, 9, 0, 9, 0, 9, 0xC0, 0x0C],
        ]);
        Counter counter = new();
        Mdns mdns = new(link, new SeededRandom(1), Mdns.PublicService, Mdns.MinPacketBytes) { Events = counter };
        mdns.Announce(Address);
        mdns.Search();
        long nowMs = 0;
        Run(100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(5_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(counter.Found > 20_000);
        Assert.True(link.Sent > 400);

        void Run(int looks)
        {
            for (int i = 0; i < looks; i++)
            {
                nowMs += 100;
                mdns.Poll(nowMs);
            }
        }
    }

    private sealed class Counter : MdnsEvents
    {
        public int Found { get; private set; }

        public override void OnAddress(Mdns mdns, byte[] packet, int name, int offset, int count) => Found++;
    }

    // always has a packet
    private sealed class Endless(byte[][] packets) : IMulticastLink
    {
        private int _next;

        public int Sent { get; private set; }

        public LinkError Open() => LinkError.None;

        public int Receive(byte[] buffer, int offset, int capacity)
        {
            byte[] packet = packets[_next];
            _next = (_next + 1) % packets.Length;
            Array.Copy(packet, 0, buffer, offset, packet.Length);
            return packet.Length;
        }

        public int Send(byte[] buffer, int offset, int count)
        {
            Sent++;
            return count;
        }

        public bool IsNeighbour(byte[] address, int offset, int count) => address[offset] == 192;

        public void Close()
        {
        }
    }
}
