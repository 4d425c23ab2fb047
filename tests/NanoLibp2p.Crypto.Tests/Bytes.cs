using System;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>The seam's calls with whole arrays, as tests like them.</summary>
internal static class Bytes
{
    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "").Replace("\n", "").Replace("\r", ""));

    public static string Text(byte[] bytes) => Convert.ToHexStringLower(bytes);

    public static byte[] Sha256(this CryptoProvider crypto, byte[] data)
    {
        byte[] hash = new byte[CryptoProvider.Sha256Bytes];
        crypto.Sha256Start();
        crypto.Sha256Update(data, 0, data.Length);
        crypto.Sha256Finish(hash, 0);
        return hash;
    }

    public static byte[] Sha512(this CryptoProvider crypto, byte[] data)
    {
        byte[] hash = new byte[CryptoProvider.Sha512Bytes];
        crypto.Sha512Start();
        crypto.Sha512Update(data, 0, data.Length);
        crypto.Sha512Finish(hash, 0);
        return hash;
    }

    public static byte[] Hmac(this CryptoProvider crypto, byte[] key, byte[] data)
    {
        byte[] mac = new byte[CryptoProvider.Sha256Bytes];
        crypto.HmacSha256(key, 0, key.Length, data, 0, data.Length, mac, 0);
        return mac;
    }

    public static byte[] Hkdf(this CryptoProvider crypto, byte[] salt, byte[] ikm, byte[] info, int count)
    {
        byte[] okm = new byte[count];
        crypto.HkdfSha256(salt, 0, salt.Length, ikm, 0, ikm.Length, info, 0, info.Length, okm, 0, count);
        return okm;
    }

    public static byte[] Seal(this CryptoProvider crypto, byte[] key, byte[] nonce, byte[] ad, byte[] message)
    {
        byte[] buffer = new byte[message.Length + CryptoProvider.TagBytes];
        message.CopyTo(buffer, 0);
        crypto.Seal(key, 0, BitConverter.ToUInt32(nonce, 0), BitConverter.ToUInt64(nonce, 4), ad, 0, ad.Length, buffer, 0, message.Length);
        return buffer;
    }

    public static bool Open(this CryptoProvider crypto, byte[] key, byte[] nonce, byte[] ad, byte[] buffer) =>
        crypto.Open(key, 0, BitConverter.ToUInt32(nonce, 0), BitConverter.ToUInt64(nonce, 4), ad, 0, ad.Length, buffer, 0, buffer.Length);

    public static byte[] X25519(this CryptoProvider crypto, byte[] scalar, byte[] point)
    {
        byte[] shared = new byte[CryptoProvider.KeyBytes];
        crypto.X25519(scalar, 0, point, 0, shared, 0);
        return shared;
    }

    public static byte[] X25519Base(this CryptoProvider crypto, byte[] scalar)
    {
        byte[] key = new byte[CryptoProvider.KeyBytes];
        crypto.X25519Base(scalar, 0, key, 0);
        return key;
    }

    public static byte[] PublicKey(this CryptoProvider crypto, byte[] seed)
    {
        byte[] key = new byte[CryptoProvider.KeyBytes];
        crypto.Ed25519PublicKey(seed, 0, key, 0);
        return key;
    }

    public static byte[] Sign(this CryptoProvider crypto, byte[] seed, byte[] publicKey, byte[] message)
    {
        byte[] signature = new byte[CryptoProvider.SignatureBytes];
        crypto.Ed25519Sign(seed, 0, publicKey, 0, message, 0, message.Length, signature, 0);
        return signature;
    }

    public static bool Verify(this CryptoProvider crypto, byte[] publicKey, byte[] message, byte[] signature) =>
        crypto.Ed25519Verify(publicKey, 0, message, 0, message.Length, signature, 0);
}
