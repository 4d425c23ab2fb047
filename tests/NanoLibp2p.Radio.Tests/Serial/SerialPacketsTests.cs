using System;
using System.Collections.Generic;
using System.Text;
using CsCheck;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Radio.Tests.Serial;

public sealed class SerialPacketsTests
{
    [Fact]
    public void The_check_is_the_CRC_of_CCITT()
        => Assert.Equal(0x29B1, SerialPackets.Crc16(0xFFFF, Encoding.ASCII.GetBytes("123456789"), 0, 9));

    [Theory]
    [InlineData(new byte[] { 0x11, 0x22, 0x00, 0x33 })]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 0, 0 })]
    public void A_packet_on_the_line_has_a_zero_at_its_end_alone(byte[] packet)
    {
        (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
        Assert.Equal(1, new SerialPackets(near, 300).Send([], 0, packet, 0, packet.Length));
        byte[] line = new byte[400];
        int count = far.Read(line, 0, line.Length);
        Assert.Equal(packet.Length + 5, count);
        Assert.Equal(0, line[0]);
        Assert.Equal(count - 2, line.AsSpan(1).IndexOf((byte)0));
    }

    [Fact]
    public void Packets_of_any_bytes_arrive_as_they_are()
        => Gen.Byte[0, 3].Select(value => value == 3 ? (byte)0xFF : value).Array[1, 600].Array[1, 8].Sample(packets =>
        {
            (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
            SerialPackets from = new(near, 600);
            SerialPackets to = new(far, 600);
            foreach (byte[] packet in packets)
            {
                int head = packet.Length / 3;
                Assert.Equal(1, from.Send(packet, head, packet, head, packet.Length - head));
            }

            foreach (byte[] packet in packets)
            {
                int count = to.Receive();
                Assert.Equal(packet, to.Packet[..count]);
            }

            Assert.Equal(0, to.Receive());
            Assert.Equal(0, to.Damaged);
        }, iter: 300);

    [Fact]
    public void Damage_costs_packets_and_never_gives_wrong_ones()
    {
        Random random = new(3);
        (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
        far.Noise = value => random.Next(400) switch
        {
            0 => null,
            1 => (byte)random.Next(256),
            2 => (byte)(value ^ (1 << random.Next(8))),
            _ => value,
        };
        SerialPackets from = new(near, 300);
        SerialPackets to = new(far, 300);
        HashSet<string> sent = [];
        int arrived = 0;
        int wrong = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] packet = new byte[random.Next(1, 120)];
            random.NextBytes(packet);
            sent.Add(Convert.ToHexString(packet));
            from.Send([], 0, packet, 0, packet.Length);
            for (int count = to.Receive(); count != 0; count = to.Receive())
            {
                arrived++;
                wrong += sent.Contains(Convert.ToHexString(to.Packet, 0, count)) ? 0 : 1;
            }
        }

        // a CRC of 16 bits lets one damaged packet in 65,536 through, which the session's tag drops
        Assert.InRange(wrong, 0, 2);
        Assert.InRange(arrived, 8_000, 19_500);
        Assert.True(to.Damaged > 100);
    }

    [Fact]
    public void Noise_of_any_length_takes_no_memory_and_no_time_without_end()
    {
        (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
        SerialPackets to = new(far, 300);
        for (int i = 0; i < 200_000; i++)
        {
            far.Put((byte)(1 + (i % 255)));
        }

        // bounded for each call
        Assert.Equal(0, to.Receive());
        Assert.True(far.Read(new byte[1], 0, 1) == 1, "one call read all of it");
        while (far.Read(new byte[4096], 0, 4096) > 0)
        {
        }

        Assert.Equal(1, new SerialPackets(near, 300).Send([], 0, [1, 2, 3], 0, 3));
        Assert.Equal(3, to.Receive());
        Assert.Equal(1, to.Damaged);
    }

    [Fact]
    public void A_line_that_takes_little_at_a_time_is_written_on_and_takes_no_second_packet_before()
    {
        (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
        SerialPackets from = new(near, 300);
        SerialPackets to = new(far, 300);
        near.Room = 10;
        byte[] packet = new byte[200];
        Array.Fill(packet, (byte)7);
        near.Room = 0;
        Assert.Equal(1, from.Send([], 0, packet, 0, 200));
        Assert.Equal(0, from.Send([], 0, packet, 0, 200));
        near.Room = 10;
        Assert.Equal(1, from.Flush());
        Assert.Equal(200, to.Receive());
        far.IsBroken = true;
        Assert.Equal(LinkResult.Failed, to.Receive());
    }
}
