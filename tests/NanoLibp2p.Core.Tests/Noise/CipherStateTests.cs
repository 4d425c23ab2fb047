using System.Reflection;
using NanoLibp2p.Core.Noise;
using NanoLibp2p.Crypto;

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
    public void Without_a_key_nothing_is_changed()
    {
        var state = new CipherState(new ManagedCrypto());
        byte[] text = [1, 2, 3];

        Assert.Equal(3, state.Encrypt([], 0, 0, text, 0, 3));
        Assert.Equal(3, state.Decrypt([], 0, 0, text, 0, 3));

        Assert.Equal(new byte[] { 1, 2, 3 }, text);
        Assert.False(state.HasKey);
    }

    [Fact]
    public void A_cleared_state_has_no_key_left()
    {
        CipherState state = Keyed(0);
        var key = (byte[])Field("_key").GetValue(state)!;
        key[0] = 1;

        state.Clear();

        Assert.False(state.HasKey);
        Assert.Equal(new byte[32], key);
    }

    private static CipherState Keyed(ulong nonce)
    {
        var state = new CipherState(new ManagedCrypto());
        state.SetKey(new byte[32], 0);
        Field("_nonce").SetValue(state, nonce);
        return state;
    }

    // nobody can send 2^64 records, so the test reaches in
    private static FieldInfo Field(string name) => typeof(CipherState).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
}
