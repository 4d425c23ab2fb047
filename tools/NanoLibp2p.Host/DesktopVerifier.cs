using System;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// Verifies RSA, ECDSA and secp256k1 signatures with what .NET has (libp2p peer-ids spec, "How Keys are encoded and Messages Signed"), so
/// that peers with such keys can connect and their records and messages count. <see cref="Libp2pNode"/> uses it unless
/// NodeOptions.Verifier is set. For any number of threads.
/// </summary>
/// <remarks>
/// What a key may be is bounded before anything is computed with it, as a signature costs its verifier the more the larger the key is: RSA
/// of 2,048 to 8,192 bits (go's bounds) with an exponent of at most 4 bytes, ECDSA on P-256, P-384 and P-521 by name. Where the system has
/// no secp256k1 (macOS), such keys are <see cref="IdentityResult.Unsupported"/>.
/// </remarks>
public sealed class DesktopVerifier : IIdentityVerifier
{
    /// <summary>The smallest RSA key, in bits.</summary>
    public const int MinRsaBits = 2048;

    /// <summary>The largest RSA key, in bits.</summary>
    public const int MaxRsaBits = 8192;

    // modulus, exponent of 4 bytes, and the ASN.1 around them
    private const int MaxRsaBytes = (MaxRsaBits / 8) + 64;

    private const int MaxRsaExponentBytes = 4;

    // SubjectPublicKeyInfo of a key of P-521
    private const int MaxEcdsaBytes = 158;

    // a compressed point
    private const int Secp256k1Bytes = 33;

    // SEC 2, section 2.4.1
    private static readonly BigInteger _p = BigInteger.Parse("00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F",
        NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public int Verify(KeyType type, byte[] key, int keyOffset, int keyCount, byte[] message, int offset, int count, byte[] signature,
        int signatureOffset, int signatureCount)
    {
        try
        {
            bool isValid = Verify(type, key.AsSpan(keyOffset, keyCount), message.AsSpan(offset, count),
                signature.AsSpan(signatureOffset, signatureCount));
            return isValid ? IdentityResult.Valid : IdentityResult.Invalid;
        }
        catch (CryptographicException)
        {
            // the peer's key or signature makes no sense
            return IdentityResult.Invalid;
        }
        catch (PlatformNotSupportedException)
        {
            return IdentityResult.Unsupported;
        }
    }

    private static bool Verify(KeyType type, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        => type switch
        {
            KeyType.Rsa => VerifyRsa(key, message, signature),
            KeyType.Ecdsa => VerifyEcdsa(key, message, signature),
            KeyType.Secp256k1 => VerifySecp256k1(key, message, signature),
            _ => throw new ArgumentException($"{type} keys are not for this verifier"),
        };

    private static bool VerifyRsa(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (key.Length > MaxRsaBytes)
        {
            return false;
        }

        using RSA rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key, out int read);
        return read == key.Length && rsa.KeySize is >= MinRsaBits and <= MaxRsaBits
            && rsa.ExportParameters(false).Exponent!.Length <= MaxRsaExponentBytes
            && rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static bool VerifyEcdsa(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (key.Length > MaxEcdsaBytes)
        {
            return false;
        }

        using ECDsa ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key, out int read);
        ECCurve curve = ecdsa.ExportParameters(false).Curve;
        return read == key.Length && curve.IsNamed
            && (IsCurve(curve, ECCurve.NamedCurves.nistP256) || IsCurve(curve, ECCurve.NamedCurves.nistP384)
                || IsCurve(curve, ECCurve.NamedCurves.nistP521))
            && ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool IsCurve(ECCurve curve, ECCurve named) => curve.Oid.Value == named.Oid.Value;

    private static bool VerifySecp256k1(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (key.Length != Secp256k1Bytes || key[0] is not (2 or 3))
        {
            return false;
        }

        BigInteger x = new(key[1..], isUnsigned: true, isBigEndian: true);
        if (x >= _p)
        {
            return false;
        }

        using ECDsa ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.CreateFromOid(new Oid("1.3.132.0.10", "secP256k1")),
            Q = new ECPoint { X = key[1..].ToArray(), Y = Decompress(x, isOdd: key[0] == 3) },
        });
        return ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    // y from x and its lowest bit: y^2 = x^3 + 7, and a root is a power since P = 3 mod 4 (SEC 1, section 2.3.4). Of an x that is on no
    // point it makes a y that is on none either, which the import refuses.
    private static byte[] Decompress(BigInteger x, bool isOdd)
    {
        BigInteger y = BigInteger.ModPow(BigInteger.ModPow(x, 3, _p) + 7, (_p + 1) / 4, _p);
        if (y.IsEven == isOdd)
        {
            y = _p - y;
        }

        byte[] bytes = y.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] padded = new byte[Secp256k1Bytes - 1];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        return padded;
    }
}
