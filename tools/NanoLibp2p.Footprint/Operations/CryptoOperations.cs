using System;
using System.Collections.Generic;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>The managed cryptography, one primitive at a time.</summary>
public static class CryptoOperations
{
    private const int Blocks = 64;
    private const int SealedBytes = 1024;

    /// <summary>The operations.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("X25519, any point", () => X25519(Bytes(32, 1))),
        new("X25519, base point", () => X25519Base(Bytes(32, 2))),
        new("Ed25519 public key", Ed25519PublicKey),
        new("Ed25519 sign, 32 bytes", () => Ed25519Sign(Bytes(32, 3))),
        new("Ed25519 verify", Ed25519Verify),
        new("SHA-256, per block", Sha256, Blocks),
        new("SHA-512, per block", Sha512, Blocks),
        new("ChaCha20-Poly1305, per byte", () => Seal(Bytes(32, 4), Bytes(SealedBytes, 5)), SealedBytes),
        new("ChaCha20-Poly1305, 32 bytes", () => Seal(Bytes(32, 4), Bytes(32, 5))),
        new("ChaCha20-Poly1305 open, per byte", Open, SealedBytes),
        new("HKDF-SHA-256, 64 bytes", Hkdf),
    ];

    /// <summary>A shared secret from this private key and some peer's public key.</summary>
    public static Action X25519(byte[] secret)
    {
        ManagedCrypto crypto = Crypto();
        byte[] point = new byte[32];
        crypto.X25519Base(Bytes(32, 6), 0, point, 0);
        byte[] shared = new byte[32];
        return () => Must(crypto.X25519(secret, 0, point, 0, shared, 0), "X25519 gave an all-zero secret");
    }

    /// <summary>The public key of this private key.</summary>
    public static Action X25519Base(byte[] secret)
    {
        ManagedCrypto crypto = Crypto();
        byte[] publicKey = new byte[32];
        return () => crypto.X25519Base(secret, 0, publicKey, 0);
    }

    /// <summary>A signature with this seed over 32 bytes.</summary>
    public static Action Ed25519Sign(byte[] seed)
    {
        ManagedCrypto crypto = Crypto();
        byte[] publicKey = new byte[32];
        crypto.Ed25519PublicKey(seed, 0, publicKey, 0);
        byte[] message = Bytes(32, 7);
        byte[] signature = new byte[64];
        return () => crypto.Ed25519Sign(seed, 0, publicKey, 0, message, 0, message.Length, signature, 0);
    }

    /// <summary>This plaintext sealed in place with this key.</summary>
    public static Action Seal(byte[] key, byte[] plaintext)
    {
        ManagedCrypto crypto = Crypto();
        byte[] buffer = new byte[plaintext.Length + CryptoProvider.TagBytes];
        plaintext.CopyTo(buffer, 0);
        return () => crypto.Seal(key, 0, 0, 7, null, 0, 0, buffer, 0, plaintext.Length);
    }

    /// <summary>Bytes that look random and are the same in every run.</summary>
    public static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static ManagedCrypto Crypto() => new ManagedCrypto();

    private static Action Ed25519PublicKey()
    {
        ManagedCrypto crypto = Crypto();
        byte[] seed = Bytes(32, 3);
        byte[] publicKey = new byte[32];
        return () => crypto.Ed25519PublicKey(seed, 0, publicKey, 0);
    }

    private static Action Ed25519Verify()
    {
        ManagedCrypto crypto = Crypto();
        byte[] seed = Bytes(32, 3);
        byte[] publicKey = new byte[32];
        crypto.Ed25519PublicKey(seed, 0, publicKey, 0);
        byte[] message = Bytes(32, 7);
        byte[] signature = new byte[64];
        crypto.Ed25519Sign(seed, 0, publicKey, 0, message, 0, message.Length, signature, 0);
        return () => Must(crypto.Ed25519Verify(publicKey, 0, message, 0, message.Length, signature, 0), "a good signature was refused");
    }

    private static Action Sha256()
    {
        ManagedCrypto crypto = Crypto();
        byte[] data = Bytes(Blocks * 64, 8);
        crypto.Sha256Start();
        return () => crypto.Sha256Update(data, 0, data.Length);
    }

    private static Action Sha512()
    {
        ManagedCrypto crypto = Crypto();
        byte[] data = Bytes(Blocks * 128, 8);
        crypto.Sha512Start();
        return () => crypto.Sha512Update(data, 0, data.Length);
    }

    private static Action Open()
    {
        ManagedCrypto crypto = Crypto();
        byte[] key = Bytes(32, 4);
        byte[] buffer = Bytes(SealedBytes + CryptoProvider.TagBytes, 5);
        crypto.Seal(key, 0, 0, 7, null, 0, 0, buffer, 0, SealedBytes);
        return () => Must(crypto.Open(key, 0, 0, 7, null, 0, 0, buffer, 0, buffer.Length), "a good seal was refused");
    }

    private static Action Hkdf()
    {
        ManagedCrypto crypto = Crypto();
        byte[] salt = Bytes(32, 9);
        byte[] ikm = Bytes(32, 10);
        byte[] okm = new byte[64];
        return () => crypto.HkdfSha256(salt, 0, 32, ikm, 0, 32, salt, 0, 0, okm, 0, 64);
    }

    private static void Must(bool good, string otherwise)
    {
        if (!good)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
