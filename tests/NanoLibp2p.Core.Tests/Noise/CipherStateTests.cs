using System;
using System.Reflection;
using NanoLibp2p.Crypto;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core.Tests.Noise;

public class CipherStateTests
{
    [Fact]
    public void The_last_nonce_is_never_used()
    {
        CipherState sending = Keyed(ulong.MaxValue - 1);
        CipherState receiving = Keyed(ulong.MaxValue - 1);
        byte[] record = new byte[20];

        Assert.Equal(20, sending.Encrypt([], 0, 0, record, 0, 4));
        Assert.Equal(4, receiving.Decrypt([], 0, 0, record, 0, 20));

        Assert.Equal(NoiseResult.NonceExhausted, sending.Encrypt([], 0, 0, record, 0, 4));
        Assert.Equal(NoiseResult.NonceExhausted, receiving.Decrypt([], 0, 0, record, 0, 20));
    }

    [Fact]
    public void A_new_key_counts_from_0_again()
    {
        CipherState used = Keyed(ulong.MaxValue);
        used.SetKey(new byte[32], 0);
        byte[] one = new byte[20];
        byte[] two = new byte[20];

        used.Encrypt([], 0, 0, one, 0, 4);
        Keyed(0).Encrypt([], 0, 0, two, 0, 4);

        Assert.Equal(two, one);
    }

    [Fact]
    public void A_record_with_a_wrong_tag_costs_no_nonce()
    {
        CipherState sending = Keyed(0);
        CipherState receiving = Keyed(0);
        byte[] record = new byte[20];
        sending.Encrypt([], 0, 0, record, 0, 4);
        byte[] forged = (byte[])record.Clone();
        forged[19] ^= 1;

        Assert.Equal(NoiseResult.TagInvalid, receiving.Decrypt([], 0, 0, forged, 0, 20));
        Assert.Equal(4, receiving.Decrypt([], 0, 0, record, 0, 20));
    }

    [Fact]
    public void Without_a_key_nothing_is_sent_in_clear_or_taken_for_authentic()
    {
        CipherState state = new(new ManagedCrypto());
        RefusesAll(state);

        state.SetKey(new byte[32], 0);
        state.Clear();
        RefusesAll(state);
    }

    [Fact]
    public void A_record_for_which_the_buffer_has_no_room_leaves_no_number_to_be_used_twice()
    {
        CipherState state = Keyed(0);
        byte[] text = new byte[20];
        Assert.ThrowsAny<Exception>(() => state.Encrypt([], 0, 0, text, 0, 8));
        byte[] first = (byte[])text.Clone();

        byte[] next = new byte[40];
        state.Encrypt([], 0, 0, next, 0, 8);

        Assert.NotEqual(first[..8], next[..8]);
    }

    [Fact]
    public void A_cleared_state_has_no_key_left()
    {
        CipherState state = Keyed(0);
        byte[] key = (byte[])Field("_key").GetValue(state)!;
        key[0] = 1;

        state.Clear();

        Assert.False(state.HasKey);
        Assert.Equal(new byte[32], key);
    }

    private static void RefusesAll(CipherState state)
    {
        byte[] text = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
        byte[] before = (byte[])text.Clone();
        Assert.False(state.HasKey);
        Assert.Throws<InvalidOperationException>(() => state.Encrypt([], 0, 0, text, 0, 3));
        Assert.Throws<InvalidOperationException>(() => state.Decrypt([], 0, 0, text, 0, 20));
        Assert.Equal(before, text);
    }

    private static CipherState Keyed(ulong nonce)
    {
        CipherState state = new(new ManagedCrypto());
        state.SetKey(new byte[32], 0);
        Field("_nonce").SetValue(state, nonce);
        return state;
    }

    // nobody can send 2^64 records, so the test reaches in
    private static FieldInfo Field(string name) => typeof(CipherState).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
}
