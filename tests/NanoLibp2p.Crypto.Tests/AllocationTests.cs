using System;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>Nothing is allocated after a provider's constructor.</summary>
public sealed class AllocationTests
{
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void No_operation_allocates(CryptoProvider crypto)
    {
        byte[] key = new byte[32], point = new byte[32], shared = new byte[32], seed = new byte[32], publicKey = new byte[32];
        byte[] signature = new byte[64], buffer = new byte[1040], hash = new byte[64], okm = new byte[96];
        point[0] = 9;
        Nothing("SHA-256", () =>
        {
            crypto.Sha256Start();
            crypto.Sha256Update(buffer, 0, 1000);
            crypto.Sha256Finish(hash, 0);
        });
        Nothing("SHA-512", () =>
        {
            crypto.Sha512Start();
            crypto.Sha512Update(buffer, 0, 1000);
            crypto.Sha512Finish(hash, 0);
        });
        Nothing("HMAC", () => crypto.HmacSha256(buffer, 0, 100, buffer, 0, 1000, hash, 0));
        Nothing("HKDF", () => crypto.HkdfSha256(key, 0, 32, buffer, 0, 32, buffer, 0, 0, okm, 0, 96));
        Nothing("seal", () => crypto.Seal(key, 0, 0, 1, buffer, 0, 20, buffer, 0, 1000));
        crypto.Seal(key, 0, 0, 1, key, 0, 20, buffer, 0, 1000);
        Nothing("open and seal", () =>
        {
            Assert.True(crypto.Open(key, 0, 0, 1, key, 0, 20, buffer, 0, 1016));
            crypto.Seal(key, 0, 0, 1, key, 0, 20, buffer, 0, 1000);
        });
        Nothing("a box that does not open", () => Assert.False(crypto.Open(key, 0, 0, 2, key, 0, 20, buffer, 0, 1016)));
        Nothing("X25519", () => crypto.X25519(key, 0, point, 0, shared, 0));
        Nothing("X25519 base", () => crypto.X25519Base(key, 0, shared, 0));
        Nothing("public key", () => crypto.Ed25519PublicKey(seed, 0, publicKey, 0));
        Nothing("sign", () => crypto.Ed25519Sign(seed, 0, publicKey, 0, buffer, 0, 100, signature, 0));
        Nothing("verify", () => Assert.True(crypto.Ed25519Verify(publicKey, 0, buffer, 0, 100, signature, 0)));
        Nothing("a signature that does not verify", () => Assert.False(crypto.Ed25519Verify(publicKey, 0, buffer, 0, 99, signature, 0)));
    }

    private static void Nothing(string name, Action operation)
    {
        for (int i = 0; i < 3; i++)
        {
            operation();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            operation();
        }

        Assert.Equal((name, 0L), (name, GC.GetAllocatedBytesForCurrentThread() - before));
    }
}
