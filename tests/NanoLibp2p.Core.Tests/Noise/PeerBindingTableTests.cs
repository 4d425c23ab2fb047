using System;
using System.Threading.Tasks;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core.Tests.Noise;

public class PeerBindingTableTests
{
    [Fact]
    public void It_knows_the_key_of_a_peer_and_of_no_other_and_forgets_the_oldest()
    {
        PeerBindingTable table = new PeerBindingTable(2);
        for (byte i = 1; i <= 3; i++)
        {
            Add(table, i, i);
            Add(table, i, i);
        }

        Assert.Equal(2, table.Count);
        Assert.False(Contains(table, 1, 1));
        Assert.True(Contains(table, 2, 2));
        Assert.True(Contains(table, 3, 3));
        Assert.False(Contains(table, 2, 3));
        Assert.False(Contains(table, 3, 2));
    }

    [Fact]
    public void Several_threads_use_one_table()
    {
        PeerBindingTable table = new PeerBindingTable(50);
        Parallel.For(0, 4000, i =>
        {
            Add(table, (byte)i, (byte)(i / 256));
            Contains(table, (byte)i, (byte)(i / 256));
        });

        Assert.Equal(50, table.Count);
    }

    [Fact]
    public void A_table_without_room_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new PeerBindingTable(0));

    private static void Add(PeerBindingTable table, byte peer, byte key) => table.Add(Id(peer), 38, Key(key));

    private static bool Contains(PeerBindingTable table, byte peer, byte key) => table.Contains(Id(peer), 38, Key(key));

    private static byte[] Id(byte peer)
    {
        byte[] id = new byte[44];
        id[10] = peer;
        return id;
    }

    private static byte[] Key(byte key)
    {
        byte[] bytes = new byte[32];
        bytes[31] = key;
        return bytes;
    }
}
