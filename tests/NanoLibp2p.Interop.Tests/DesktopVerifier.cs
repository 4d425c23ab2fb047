using System;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Interop.Tests;

/// <summary>RSA, ECDSA and secp256k1 with what .NET has (libp2p peer-ids spec, "How Keys are encoded and Messages Signed").</summary>
internal sealed class DesktopVerifier : IIdentityVerifier
{
    // SEC 2, section 2.4.1
    private static readonly BigInteger _p = BigInteger.Parse("00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F",
        NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>True to change a bit of each signature before it is checked.</summary>
    public bool DamagesSignatures { get; init; }

    public int Verify(KeyType type, byte[] key, int keyOffset, int keyCount, byte[] message, int offset, int count, byte[] signature,
        int signatureOffset, int signatureCount)
    {
        byte[] checkedSignature = signature.AsSpan(signatureOffset, signatureCount).ToArray();
        if (DamagesSignatures)
        {
            checkedSignature[^1] ^= 1;
        }

        try
        {
            return Verify(type, key.AsSpan(keyOffset, keyCount), message.AsSpan(offset, count), checkedSignature)
                ? 0 : IdentityResult.Invalid;
        }
        catch (CryptographicException)
        {
            // the peer's key or signature makes no sense
            return IdentityResult.Invalid;
        }
    }

    private static bool Verify(KeyType type, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, byte[] signature)
    {
        switch (type)
        {
            case KeyType.Rsa:
                using (RSA rsa = RSA.Create())
                {
                    rsa.ImportSubjectPublicKeyInfo(key, out _);
                    return rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                }

            case KeyType.Ecdsa:
                using (ECDsa ecdsa = ECDsa.Create())
                {
                    ecdsa.ImportSubjectPublicKeyInfo(key, out _);
                    return ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
                }

            default:
                ECParameters point = new() { Curve = ECCurve.CreateFromValue("1.3.132.0.10"), Q = Decompress(key) };
                using (ECDsa secp256k1 = ECDsa.Create(point))
                {
                    return secp256k1.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
                }
        }
    }

    // y from x and its lowest bit: y^2 = x^3 + 7, and a root is a power since P = 3 mod 4 (SEC 1, section 2.3.4)
    private static ECPoint Decompress(ReadOnlySpan<byte> key)
    {
        BigInteger x = new(key[1..], isUnsigned: true, isBigEndian: true);
        BigInteger y = BigInteger.ModPow(BigInteger.ModPow(x, 3, _p) + 7, (_p + 1) / 4, _p);
        if (y.IsEven != (key[0] == 2))
        {
            y = _p - y;
        }

        byte[] bytes = y.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] padded = new byte[32];
        bytes.CopyTo(padded, 32 - bytes.Length);
        return new ECPoint { X = key[1..].ToArray(), Y = padded };
    }
}
