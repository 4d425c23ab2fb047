using System;
using System.Linq;
using Mono.Cecil;
using Mono.Collections.Generic;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Tests;

namespace NanoLibp2p.Native.Tests;

/// <summary>What the seam promises and libsodium by itself does not, and what the layers refuse.</summary>
public sealed class ContractTests
{
    private static readonly byte[] _key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public ContractTests() => Assert.SkipWhen(NativeBuild.Missing != null, NativeBuild.Missing ?? "");

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_native_provider_passes_the_known_answers_and_is_chosen(CryptoProvider crypto)
    {
        Assert.True(SelfTest.Passes(crypto));
        Assert.Same(crypto, CryptoProviders.Choose(crypto));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_box_with_a_wrong_tag_stays_as_it_was(CryptoProvider crypto)
    {
        byte[] box = crypto.Seal(_key, new byte[12], [], new byte[100]);
        box[^1] ^= 1;
        byte[] before = (byte[])box.Clone();
        Assert.False(crypto.Open(_key, new byte[12], [], box));
        Assert.Equal(before, box);
        Assert.False(crypto.Open(_key, new byte[12], [], new byte[15]));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_point_of_small_order_gives_zeros_and_false(CryptoProvider crypto)
    {
        byte[] shared = Enumerable.Repeat((byte)7, 32).ToArray();
        Assert.False(crypto.X25519(_key, 0, new byte[32], 0, shared, 0));
        Assert.Equal(new byte[32], shared);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_signature_may_overlay_its_message(CryptoProvider crypto)
    {
        byte[] publicKey = crypto.PublicKey(_key), message = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        byte[] expected = crypto.Sign(_key, publicKey, message);
        crypto.Ed25519Sign(_key, 0, publicKey, 0, message, 0, 100, message, 20);
        Assert.Equal(expected, message[20..84]);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Keyed_hashes_may_overlay_what_the_seam_says(CryptoProvider crypto)
    {
        byte[] salt = [.. _key], ikm = [.. _key], expected = crypto.Hkdf(_key, _key, [1], 32);
        crypto.HkdfSha256(salt, 0, 32, ikm, 0, 32, [1], 0, 1, salt, 0, 32);
        Assert.Equal(expected, salt);
        crypto.HkdfSha256(_key, 0, 32, ikm, 0, 32, [1], 0, 1, ikm, 0, 32);
        Assert.Equal(expected, ikm);

        byte[] key = [.. _key], mac = crypto.Hmac(_key, _key);
        crypto.HmacSha256(key, 0, 32, key, 0, 32, key, 0);
        Assert.Equal(mac, key);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void No_associated_data_may_be_null(CryptoProvider crypto)
    {
        byte[] box = new byte[20];
        crypto.Seal(_key, 0, 0, 1, null, 0, 0, box, 0, 4);
        Assert.True(crypto.Open(_key, 0, 0, 1, [], 0, 0, box, 0, 20));
    }

    /// <summary>The one difference to the managed provider: RFC 8032 5.1.7 lets both do so, and no key pair has such a key.</summary>
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_public_key_of_small_order_is_refused(CryptoProvider crypto)
    {
        // A is the neutral element, so that R = S B for any message: here both are neutral
        byte[] neutral = new byte[32], signature = new byte[64];
        neutral[0] = 1;
        signature[0] = 1;
        Assert.True(new ManagedCrypto().Verify(neutral, [1, 2, 3], signature));
        Assert.False(crypto.Verify(neutral, [1, 2, 3], signature));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void An_output_above_255_hashes_is_the_callers_mistake(CryptoProvider crypto)
    {
        byte[] okm = new byte[8161];
        Assert.Throws<ArgumentOutOfRangeException>(() => crypto.HkdfSha256(_key, 0, 32, _key, 0, 32, _key, 0, 0, okm, 0, 8161));
        Assert.Equal(new byte[8161], okm);
        crypto.HkdfSha256(_key, 0, 32, _key, 0, 32, _key, 0, 0, okm, 0, 8160);
    }

    [Fact]
    public void A_finished_hash_leaves_nothing_in_its_state()
    {
        byte[] state = new byte[104], hash = new byte[32];
        NativeStubs.Call("Sha256Start", state);
        NativeStubs.Call("Sha256Update", state, _key, 0, 32);
        Assert.Contains(state, b => b != 0);
        NativeStubs.Call("Sha256Finish", state, hash, 0);
        Assert.Equal(new byte[104], state);
    }

    [Theory]
    [InlineData(10, 0, 10, true)]
    [InlineData(10, 10, 0, true)]
    [InlineData(0, 0, 0, true)]
    [InlineData(10, 0, 11, false)]
    [InlineData(10, 1, 10, false)]
    [InlineData(10, 11, 0, false)]
    [InlineData(10, -1, 1, false)]
    [InlineData(10, 1, -1, false)]
    [InlineData(10, int.MaxValue, int.MaxValue, false)]
    [InlineData(10, int.MinValue, int.MinValue, false)]
    public void Offset_and_count_are_held_to_the_size(int size, int offset, int count, bool right) =>
        Assert.Equal(right ? 1 : 0, NativeLayer.InRange((nuint)size, offset, count));

    /// <summary>Every array argument of every stub: one byte too few behind the offset, a negative offset, a negative count, no
    /// array.</summary>
    [Theory]
    [InlineData("Sha256Start", 104)]
    [InlineData("Sha256Update", 104, -5)]
    [InlineData("Sha256Finish", 104, 32)]
    [InlineData("Sha512Start", 208)]
    [InlineData("Sha512Update", 208, -5)]
    [InlineData("Sha512Finish", 208, 64)]
    [InlineData("HmacSha256", -5, -6, 32)]
    [InlineData("HkdfSha256", -5, -6, -7, -8)]
    [InlineData("Seal", 32, -5, -60)]
    [InlineData("Open", 32, -5, -60)]
    [InlineData("X25519", 32, 32, 32)]
    [InlineData("X25519Base", 32, 32)]
    [InlineData("Ed25519PublicKey", 32, 32)]
    [InlineData("Ed25519Sign", 32, 32, -9, 64)]
    [InlineData("Ed25519Verify", 32, -9, 64)]
    public void A_stub_touches_nothing_outside_its_arrays(string method, params int[] sizes)
    {
        Collection<ParameterDefinition> parameters = Interop.Methods[Interop.IndexOf(method)].Parameters;
        Assert.Equal(sizes.Length, parameters.Count(p => p.ParameterType.IsArray));
        NativeStubs.Call(method, Arguments(-1, 0, 0));
        for (int wrong = 0; wrong < sizes.Length; wrong++)
        {
            // a state has no offset
            bool hasOffset = !(wrong == 0 && method.StartsWith("Sha", StringComparison.Ordinal));
            Throws<ArgumentOutOfRangeException>(Arguments(wrong, 1, 0));
            Throws<NullReferenceException>(Arguments(wrong, 2, 0));
            if (hasOffset)
            {
                Throws<ArgumentOutOfRangeException>(Arguments(wrong, 0, -4));
                Throws<ArgumentOutOfRangeException>(Arguments(wrong, 0, int.MaxValue));
            }

            if (sizes[wrong] < 0)
            {
                Throws<ArgumentOutOfRangeException>(Arguments(wrong, 3, 0));
            }
        }

        void Throws<T>(object?[] arguments)
            where T : Exception
        {
            object?[] before = [.. arguments.Select(a => (a as byte[])?.Clone())];
            Assert.Throws<T>(() => NativeStubs.Call(method, arguments));
            Assert.Equal(before, arguments.Select(a => a as byte[]));
        }

        // all arrays begin at 3, but for states; a size below 0 is one that the call names
        object?[] Arguments(int wrong, int how, int move)
        {
            object?[] arguments = new object?[parameters.Count];
            int array = -1, numbers = 0;
            for (int i = 0; i < arguments.Length; i++)
            {
                bool mine = array == wrong;
                if (parameters[i].ParameterType.IsArray)
                {
                    array++;
                    mine = array == wrong;
                    numbers = 0;
                    bool state = array == 0 && method.StartsWith("Sha", StringComparison.Ordinal);
                    int tag = method == "Seal" && array == 2 ? 16 : 0;
                    arguments[i] = mine && how == 2
                        ? null : new byte[(state ? 0 : 3) + Math.Abs(sizes[array]) + tag - (mine && how == 1 ? 1 : 0)];
                    continue;
                }

                // after the key of seal and open come an offset and the nonce's two numbers
                bool nonce = method is "Seal" or "Open" && array == 0 && numbers > 0;
                arguments[i] = nonce ? 1
                    : numbers == 0 ? 3 + (mine ? move == int.MaxValue ? int.MaxValue - 3 : move : 0)
                    : mine && how == 3 ? -1 : -sizes[array];
                numbers++;
            }

            return arguments;
        }
    }
}
