using System;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class DeviceIdentityTests
{
    [Fact]
    public void The_first_start_makes_an_identity_and_every_later_one_has_the_same()
    {
        MemoryStore store = new();
        Identity first = DeviceIdentity.Load(Board(store, 1));
        Identity second = DeviceIdentity.Load(Board(store, 2));

        Assert.Equal(first.PeerId, second.PeerId);
        Assert.NotEqual(first.PeerId, DeviceIdentity.Load(Board(new MemoryStore(), 2)).PeerId);
    }

    [Fact]
    public void An_identity_of_another_libp2p_program_is_taken_in_both_forms()
    {
        ManagedCrypto crypto = new();
        Identity identity = Identity.Create(crypto, new SeededRandom(77));
        byte[] key = identity.ToProtobuf();
        byte[] older = new byte[100];
        key.CopyTo(older, 0);
        key.AsSpan(36, 32).CopyTo(older.AsSpan(68));
        older[3] = 96;

        foreach (byte[] form in new[] { key, older })
        {
            MemoryStore store = new();
            store.Write("identity", form, 0, form.Length);
            Assert.Equal(identity.PeerId, DeviceIdentity.Load(Board(store, 1)).PeerId);
        }
    }

    [Fact]
    public void A_damaged_identity_is_told_and_left_as_it_is()
    {
        byte[] key = Identity.Create(new ManagedCrypto(), new SeededRandom(78)).ToProtobuf();
        for (int i = 0; i < key.Length; i++)
        {
            byte[] cut = key.AsSpan(0, i).ToArray();
            Refuses(cut);
            byte[] changed = [.. key];
            changed[i] ^= 0x10;
            Refuses(changed);
        }

        Refuses(new byte[68]);
        Refuses(new byte[500]);
    }

    [Fact]
    public void An_identity_that_cannot_be_stored_is_not_used()
    {
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => DeviceIdentity.Load(Board(new FullStore(), 1)));

        Assert.Contains("the store of the board 'test' is full", e.Message);
    }

    [Fact]
    public void A_board_whose_random_numbers_can_be_guessed_makes_no_identity_but_takes_a_stored_one()
    {
        MemoryStore store = new();
        TestBoard weak = Board(store, 1);
        weak.Weakness = "its radio is off";

        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => DeviceIdentity.Load(weak));

        Assert.Equal("no identity is stored, and the board 'test' makes none, because its random numbers can be guessed: its radio is off."
            + " Make one elsewhere (nanolibp2p key new --out identity) and put it into the store under the name 'identity'", e.Message);
        Assert.Equal(-1, store.Read("identity", new byte[100], 0, 100));

        byte[] key = Identity.Create(new ManagedCrypto(), new SeededRandom(79)).ToProtobuf();
        store.Write("identity", key, 0, key.Length);
        Assert.NotNull(DeviceIdentity.Load(weak));
    }

    private static void Refuses(byte[] stored)
    {
        MemoryStore store = new();
        store.Write("identity", stored, 0, stored.Length);

        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => DeviceIdentity.Load(Board(store, 1)));

        Assert.StartsWith("the stored identity is damaged (", e.Message);
        Assert.Contains("delete it to start over", e.Message);
        byte[] after = new byte[600];
        Assert.Equal(stored.Length, store.Read("identity", after, 0, after.Length));
        Assert.Equal(stored, after.AsSpan(0, stored.Length).ToArray());
    }

    private static TestBoard Board(IStore store, uint seed) => new(new MemoryNetwork(1), seed, store);

    private sealed class FullStore : IStore
    {
        public int Read(string name, byte[] buffer, int offset, int capacity) => -1;

        public bool Write(string name, byte[] buffer, int offset, int count) => false;
    }
}
