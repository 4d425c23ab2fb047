using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Firmware;

/// <summary>Values in two copies, over a store that tears and forgets.</summary>
public sealed class TwinStoreTests
{
    [Fact]
    public void A_cut_at_any_byte_of_a_write_leaves_the_value_before_or_the_value_after()
    {
        for (int cut = 0; cut <= 40; cut++)
        {
            RoughStore flash = new();
            TwinStore store = new(flash, 32);
            Assert.True(store.Write("record", Bytes(1), 0, 32));
            Assert.True(store.Write("record", Bytes(2), 0, 32));
            flash.CutAfter = cut;
            store.Write("record", Bytes(3), 0, 32);

            byte[] read = Read(new TwinStore(flash, 32), "record");
            Assert.Contains(read[0], new byte[] { 2, 3 });
            Assert.Equal(Bytes(read[0]), read);
        }
    }

    [Fact]
    public void A_thousand_cuts_never_lose_the_value_nor_bring_an_old_one_back()
    {
        SeededRandom random = new(5);
        RoughStore flash = new();
        byte known = 0;
        for (int i = 0; i < 1000; i++)
        {
            TwinStore store = new(flash, 32);
            if (i > 0)
            {
                byte[] read = Read(store, "record");
                Assert.Equal(Bytes(read[0]), read);
                Assert.True(read[0] == known || read[0] == (byte)(known + 1));
                known = read[0];
            }

            flash.CutAfter = i == 0 ? int.MaxValue : (int)(random.Next() % 50);
            bool isWritten = store.Write("record", Bytes((byte)(known + 1)), 0, 32);
            known += (byte)(isWritten ? 1 : 0);
        }
    }

    [Theory]
    [InlineData("record-a")]
    [InlineData("record-b")]
    public void A_bit_that_rots_in_one_copy_costs_at_most_the_last_write(string copy)
    {
        for (int bit = 0; bit < 40 * 8; bit++)
        {
            RoughStore flash = new();
            TwinStore store = new(flash, 32);
            store.Write("record", Bytes(1), 0, 32);
            store.Write("record", Bytes(2), 0, 32);
            flash.Values[copy][bit / 8] ^= (byte)(1 << (bit % 8));
            byte[] read = Read(store, "record");
            Assert.Equal(Bytes(read[0]), read);
            Assert.True(store.Repaired > 0);
            Assert.True(store.IsOlder);

            // and the next write takes the damaged one's place
            Assert.True(store.Write("record", Bytes(3), 0, 32));
            Assert.Equal(Bytes(3), Read(new TwinStore(flash, 32), "record"));
            Assert.Equal(2, flash.Values.Count);
        }
    }

    [Fact]
    public void Two_damaged_copies_are_told_as_damage_and_not_as_nothing()
    {
        RoughStore flash = new();
        TwinStore store = new(flash, 32);
        store.Write("record", Bytes(1), 0, 32);
        store.Write("record", Bytes(2), 0, 32);
        flash.Values["record-a"][12] ^= 1;
        flash.Values["record-b"][12] ^= 1;
        Assert.Equal(-2, store.Read("record", new byte[32], 0, 32));
        Assert.True(store.Write("record", Bytes(4), 0, 32));
        Assert.Equal(Bytes(4), Read(store, "record"));
    }

    [Fact]
    public void What_was_provisioned_under_its_own_name_is_read_until_it_is_written_and_again_when_it_is_forgotten()
    {
        RoughStore flash = new();
        flash.Values["settings"] = Encoding.UTF8.GetBytes("topic = a");
        TwinStore store = new(flash, 64);
        Assert.Equal("topic = a", Encoding.UTF8.GetString(Read(store, "settings")));
        store.Write("settings", Encoding.UTF8.GetBytes("topic = b"), 0, 9);
        Assert.Equal("topic = b", Encoding.UTF8.GetString(Read(store, "settings")));
        Assert.True(store.Forget("settings"));
        Assert.Equal("topic = a", Encoding.UTF8.GetString(Read(store, "settings")));
        Assert.Equal(-1, store.Read("identity", new byte[64], 0, 64));
    }

    [Fact]
    public void A_cut_in_the_very_first_write_leaves_what_was_provisioned()
    {
        for (int cut = 0; cut < 40; cut++)
        {
            RoughStore flash = new();
            flash.Values["record"] = Bytes(9);
            flash.CutAfter = cut;
            Assert.False(new TwinStore(flash, 32).Write("record", Bytes(1), 0, 32));
            flash.CutAfter = int.MaxValue;
            TwinStore store = new(flash, 32);
            Assert.Equal(Bytes(9), Read(store, "record"));
            Assert.Equal(cut > 0, store.IsOlder);

            // two whole copies, or a first one, are as they were written
            for (byte i = 1; i < 4; i++)
            {
                Assert.True(store.Write("record", Bytes(i), 0, 32));
                Assert.Equal(Bytes(i), Read(store, "record"));
                Assert.False(store.IsOlder);
            }
        }
    }

    [Fact]
    public void A_copy_that_is_gone_is_told_as_an_older_value()
    {
        RoughStore flash = new();
        TwinStore store = new(flash, 32);
        for (byte i = 1; i < 4; i++)
        {
            store.Write("record", Bytes(i), 0, 32);
        }

        flash.Values.Remove("record-b");
        Assert.Equal(Bytes(3), Read(store, "record"));
        Assert.True(store.IsOlder);
    }

    [Fact]
    public void A_value_that_is_too_long_is_refused_and_a_buffer_that_is_too_short_is_told()
    {
        TwinStore store = new(new RoughStore(), 32);
        Assert.False(store.Write("record", new byte[33], 0, 33));
        Assert.True(store.Write("record", Bytes(1), 0, 32));
        Assert.Equal(-2, store.Read("record", new byte[31], 0, 31));
    }

    [Fact]
    public void The_number_goes_round()
    {
        RoughStore flash = new();
        TwinStore store = new(flash, 32);
        store.Write("record", Bytes(1), 0, 32);
        Renumber(flash, "record-a", 0xFFFFFFFE);
        for (byte i = 2; i < 8; i++)
        {
            store.Write("record", Bytes(i), 0, 32);
            Assert.Equal(Bytes(i), Read(new TwinStore(flash, 32), "record"));
        }
    }

    [Fact]
    public void The_checksum_is_that_of_zip()
    {
        byte[] check = Encoding.ASCII.GetBytes("123456789");
        Assert.Equal(0xCBF43926, Checksum.Of(check, 0, check.Length));
    }

    private static void Renumber(RoughStore flash, string copy, uint number)
    {
        byte[] value = flash.Values[copy];
        for (int i = 0; i < 8; i++)
        {
            value[i] = i < 4 ? (byte)(number >> (24 - (8 * i))) : (byte)0;
        }

        uint sum = Checksum.Of(value, 0, value.Length);
        for (int i = 4; i < 8; i++)
        {
            value[i] = (byte)(sum >> (56 - (8 * i)));
        }
    }

    private static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static byte[] Read(TwinStore store, string name)
    {
        byte[] buffer = new byte[64];
        int count = store.Read(name, buffer, 0, buffer.Length);
        Assert.True(count >= 0, $"reading {name} returned {count}");
        return buffer[..count];
    }

    /// <summary>A store that writes in place: a cut leaves the beginning of the new value and nothing of the old one.</summary>
    private sealed class RoughStore : IStore
    {
        public Dictionary<string, byte[]> Values { get; } = [];

        public int CutAfter { get; set; } = int.MaxValue;

        public int Read(string name, byte[] buffer, int offset, int capacity)
        {
            if (!Values.TryGetValue(name, out byte[]? value))
            {
                return -1;
            }

            if (value.Length > capacity)
            {
                return -2;
            }

            value.CopyTo(buffer, offset);
            return value.Length;
        }

        public bool Write(string name, byte[] buffer, int offset, int count)
        {
            int written = Math.Min(count, CutAfter);
            Values[name] = buffer[offset..(offset + written)];
            return written == count;
        }
    }
}
