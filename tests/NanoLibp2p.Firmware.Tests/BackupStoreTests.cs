using System;
using nanoFramework.Hardware.Stm32;
using NanoLibp2p.Boards.F769i;

namespace NanoLibp2p.Firmware.Tests;

public sealed class BackupStoreTests
{
    public BackupStoreTests()
    {
        // what a chip that was never written to has: anything
        new Random(7).NextBytes(BackupMemory.Bytes);
        BackupMemory.Left = int.MaxValue;
    }

    [Fact]
    public void Values_come_back_after_a_restart_and_can_be_replaced()
    {
        BackupStore store = new();
        Assert.Equal(-1, store.Read("identity", new byte[100], 0, 100));
        foreach (int size in new[] { 68, 0, 1000, 3 })
        {
            Assert.True(store.Write("identity", Value(size), 0, size));
            Assert.True(store.Write("settings", Value(500), 0, 500));

            store = new();
            Assert.Equal(Value(size), Read(store, "identity"));
            Assert.Equal(Value(500), Read(store, "settings"));
        }

        Assert.Equal(-1, store.Read("setting", new byte[100], 0, 100));
        Assert.Equal(-2, store.Read("settings", new byte[100], 0, 100));
    }

    [Fact]
    public void A_write_that_the_chip_stops_in_leaves_the_old_values_or_the_new_ones()
    {
        BackupStore store = new();
        store.Write("identity", Value(68), 0, 68);
        store.Write("number", [1], 0, 1);
        byte[] before = (byte[])BackupMemory.Bytes.Clone();
        bool wasOld = false;
        bool wasNew = false;
        for (int left = 0; left < 2100; left++)
        {
            before.CopyTo(BackupMemory.Bytes, 0);
            BackupMemory.Left = left;
            try
            {
                new BackupStore().Write("number", [2], 0, 1);
            }
            catch (PowerCutException)
            {
            }

            BackupMemory.Left = int.MaxValue;
            BackupStore after = new();
            Assert.Equal(Value(68), Read(after, "identity"));
            byte number = Assert.Single(Read(after, "number"));
            wasOld |= number == 1;
            wasNew |= number == 2;
            Assert.True(after.Write("number", [3], 0, 1));
            Assert.Equal([3], Read(new BackupStore(), "number"));
        }

        Assert.True(wasOld && wasNew);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_the_rest_stays()
    {
        BackupStore store = new();
        Assert.True(store.Write("a", Value(1500), 0, 1500));
        Assert.False(store.Write("b", Value(600), 0, 600));
        Assert.True(store.Write("a", Value(2028), 0, 2028));
        Assert.False(store.Write("a", Value(2029), 0, 2029));

        Assert.Equal(Value(2028), Read(new BackupStore(), "a"));
    }

    [Fact]
    public void A_flipped_bit_is_no_value()
    {
        new BackupStore().Write("identity", Value(68), 0, 68);
        for (int i = 0; i < BackupMemory.Bytes.Length; i++)
        {
            BackupMemory.Bytes[i] ^= 4;
            BackupStore store = new();
            byte[] value = new byte[68];
            if (store.Read("identity", value, 0, 68) == 68)
            {
                Assert.Equal(Value(68), value);
            }

            BackupMemory.Bytes[i] ^= 4;
        }
    }

    private static byte[] Value(int size)
    {
        byte[] value = new byte[size];
        new Random(size).NextBytes(value);
        return value;
    }

    private static byte[] Read(BackupStore store, string name)
    {
        byte[] value = new byte[2048];
        int count = store.Read(name, value, 0, value.Length);
        Assert.True(count >= 0, $"{name}: {count}");
        return value[..count];
    }
}
