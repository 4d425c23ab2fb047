using System;
using NSec.Cryptography;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>NSec, which is libsodium, must agree on random inputs.</summary>
public sealed class OracleTests
{
    private const int Cases = 300;

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void X25519_agrees_for_random_scalars_and_points(CryptoProvider crypto)
    {
        Random random = new(1);
        for (int i = 0; i < Cases; i++)
        {
            byte[] scalar = Next(random, 32), point = Next(random, 32);
            using Key key = Key.Import(KeyAgreementAlgorithm.X25519, scalar, KeyBlobFormat.RawPrivateKey);
            Assert.Equal(key.Export(KeyBlobFormat.RawPublicKey), crypto.X25519Base(scalar));
            using SharedSecret? secret = KeyAgreementAlgorithm.X25519.Agree(key,
                PublicKey.Import(KeyAgreementAlgorithm.X25519, point, KeyBlobFormat.RawPublicKey),
                new SharedSecretCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
            Assert.Equal(secret!.Export(SharedSecretBlobFormat.RawSharedSecret), crypto.X25519(scalar, point));
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Ed25519_agrees_for_random_seeds_and_messages_of_0_to_299_bytes(CryptoProvider crypto)
    {
        Random random = new(2);
        for (int i = 0; i < Cases; i++)
        {
            byte[] seed = Next(random, 32), message = Next(random, i);
            using Key key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
            byte[] publicKey = key.Export(KeyBlobFormat.RawPublicKey), signature = SignatureAlgorithm.Ed25519.Sign(key, message);
            Assert.Equal(publicKey, crypto.PublicKey(seed));
            Assert.Equal(signature, crypto.Sign(seed, publicKey, message));
            Assert.True(crypto.Verify(publicKey, message, signature));

            byte[] wrong = i % 3 == 0 ? publicKey : signature;
            wrong[random.Next(wrong.Length)] ^= (byte)(1 << random.Next(8));
            Assert.False(crypto.Verify(publicKey, message, signature));
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void ChaCha20Poly1305_agrees_for_messages_of_0_to_300_bytes(CryptoProvider crypto)
    {
        Random random = new(3);
        for (int count = 0; count <= 300; count++)
        {
            byte[] k = Next(random, 32), nonce = Next(random, 12), ad = Next(random, random.Next(4) * random.Next(60)),
                text = Next(random, count);
            using Key key = Key.Import(AeadAlgorithm.ChaCha20Poly1305, k, KeyBlobFormat.RawSymmetricKey);
            byte[] box = AeadAlgorithm.ChaCha20Poly1305.Encrypt(key, nonce, ad, text);
            Assert.Equal(box, crypto.Seal(k, nonce, ad, text));
            byte[] opened = (byte[])box.Clone();
            Assert.True(crypto.Open(k, nonce, ad, opened));
            Assert.Equal(text, opened[..count]);

            box[random.Next(box.Length)] ^= 1;
            opened = (byte[])box.Clone();
            Assert.False(crypto.Open(k, nonce, ad, opened));
            Assert.Equal(box, opened);
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void ChaCha20Poly1305_works_in_the_middle_of_a_buffer_and_touches_nothing_else(CryptoProvider crypto)
    {
        Random random = new(4);
        foreach (int count in new[] { 0, 1, 15, 16, 63, 64, 65, 1024, 65519 })
        {
            byte[] k = Next(random, 40), ad = Next(random, 20), buffer = Next(random, count + 16 + 30), before = (byte[])buffer.Clone();
            crypto.Seal(k, 3, 7, 9, ad, 5, 12, buffer, 11, count);
            using Key key = Key.Import(AeadAlgorithm.ChaCha20Poly1305, k.AsSpan(3, 32), KeyBlobFormat.RawSymmetricKey);
            byte[] nonce = [7, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0];
            Assert.Equal(AeadAlgorithm.ChaCha20Poly1305.Encrypt(key, nonce, ad.AsSpan(5, 12), before.AsSpan(11, count)),
                buffer[11..(27 + count)]);
            Assert.Equal(before[..11], buffer[..11]);
            Assert.Equal(before[(27 + count)..], buffer[(27 + count)..]);
            Assert.True(crypto.Open(k, 3, 7, 9, ad, 5, 12, buffer, 11, count + 16));
            Assert.Equal(before[..(11 + count)], buffer[..(11 + count)]);
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void SHA_256_and_SHA_512_agree_for_0_to_300_bytes(CryptoProvider crypto)
    {
        Random random = new(5);
        for (int count = 0; count <= 300; count++)
        {
            byte[] data = Next(random, count);
            Assert.Equal(HashAlgorithm.Sha256.Hash(data), crypto.Sha256(data));
            Assert.Equal(HashAlgorithm.Sha512.Hash(data), crypto.Sha512(data));
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void HMAC_and_HKDF_agree_for_keys_and_outputs_of_many_lengths(CryptoProvider crypto)
    {
        Random random = new(6);
        for (int count = 0; count <= 300; count++)
        {
            byte[] key = Next(random, count), data = Next(random, 1 + random.Next(200)), info = Next(random, random.Next(90));
            Assert.Equal(System.Security.Cryptography.HMACSHA256.HashData(key, data), crypto.Hmac(key, data));
            byte[] salt = Next(random, random.Next(100));
            int size = 1 + random.Next(count == 0 ? 8160 : 300);
            Assert.Equal(KeyDerivationAlgorithm.HkdfSha256.DeriveBytes(data, salt, info, size), crypto.Hkdf(salt, data, info, size));
        }
    }

    private static byte[] Next(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
