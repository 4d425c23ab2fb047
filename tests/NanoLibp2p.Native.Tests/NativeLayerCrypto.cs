using System;
using System.Runtime.InteropServices;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Native.Tests;

/// <summary>The C layer behind the seam, called straight.</summary>
internal sealed unsafe class NativeLayerCrypto : CryptoProvider
{
    // one byte before each, so that a state never begins at a multiple of 8
    private readonly byte[] _sha256 = new byte[1 + 104];
    private readonly byte[] _sha512 = new byte[1 + 208];

    public override string Name => "native C layer";

    public override string ToString() => Name;

    public override void Sha256Start()
    {
        fixed (byte* s = &At(_sha256, 1, 104))
        {
            Right(NativeLayer.Sha256Start(s));
        }
    }

    public override void Sha256Update(byte[] data, int offset, int count)
    {
        fixed (byte* s = &At(_sha256, 1, 104), d = &At(data, offset, count))
        {
            Right(NativeLayer.Sha256Update(s, d, (nuint)count));
        }
    }

    public override void Sha256Finish(byte[] hash, int offset)
    {
        fixed (byte* s = &At(_sha256, 1, 104), h = &At(hash, offset, 32))
        {
            Right(NativeLayer.Sha256Finish(s, h));
        }
    }

    public override void Sha512Start()
    {
        fixed (byte* s = &At(_sha512, 1, 208))
        {
            Right(NativeLayer.Sha512Start(s));
        }
    }

    public override void Sha512Update(byte[] data, int offset, int count)
    {
        fixed (byte* s = &At(_sha512, 1, 208), d = &At(data, offset, count))
        {
            Right(NativeLayer.Sha512Update(s, d, (nuint)count));
        }
    }

    public override void Sha512Finish(byte[] hash, int offset)
    {
        fixed (byte* s = &At(_sha512, 1, 208), h = &At(hash, offset, 64))
        {
            Right(NativeLayer.Sha512Finish(s, h));
        }
    }

    public override void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac, int macOffset)
    {
        fixed (byte* k = &At(key, keyOffset, keyCount), d = &At(data, offset, count), m = &At(mac, macOffset, 32))
        {
            Right(NativeLayer.HmacSha256(k, (nuint)keyCount, d, (nuint)count, m));
        }
    }

    public override void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
        byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount)
    {
        fixed (byte* s = &At(salt, saltOffset, saltCount), k = &At(ikm, ikmOffset, ikmCount), i = &At(info, infoOffset, infoCount),
            o = &At(okm, okmOffset, okmCount))
        {
            Right(NativeLayer.HkdfSha256(s, (nuint)saltCount, k, (nuint)ikmCount, i, (nuint)infoCount, o, (nuint)okmCount));
        }
    }

    public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[]? ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
    {
        fixed (byte* k = &At(key, keyOffset, 32), a = &At(ad ?? buffer, adOffset, adCount), b = &At(buffer, offset, count + 16))
        {
            Right(NativeLayer.Seal(k, noncePrefix, nonceCounter, a, (nuint)adCount, b, (nuint)count));
        }
    }

    public override bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[]? ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
    {
        fixed (byte* k = &At(key, keyOffset, 32), a = &At(ad ?? buffer, adOffset, adCount), b = &At(buffer, offset, count))
        {
            return Right(NativeLayer.Open(k, noncePrefix, nonceCounter, a, (nuint)adCount, b, (nuint)count));
        }
    }

    public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset)
    {
        fixed (byte* s = &At(scalar, scalarOffset, 32), p = &At(point, pointOffset, 32), r = &At(shared, sharedOffset, 32))
        {
            return Right(NativeLayer.X25519(s, p, r));
        }
    }

    public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset)
    {
        fixed (byte* s = &At(scalar, scalarOffset, 32), k = &At(publicKey, publicKeyOffset, 32))
        {
            Right(NativeLayer.X25519Base(s, k));
        }
    }

    public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
    {
        fixed (byte* s = &At(seed, seedOffset, 32), k = &At(publicKey, publicKeyOffset, 32))
        {
            Right(NativeLayer.Ed25519PublicKey(s, k));
        }
    }

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        fixed (byte* s = &At(seed, seedOffset, 32), k = &At(publicKey, publicKeyOffset, 32), m = &At(message, offset, count),
            r = &At(signature, signatureOffset, 64))
        {
            Right(NativeLayer.Ed25519Sign(s, k, m, (nuint)count, r));
        }
    }

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        fixed (byte* k = &At(publicKey, publicKeyOffset, 32), m = &At(message, offset, count), s = &At(signature, signatureOffset, 64))
        {
            return Right(NativeLayer.Ed25519Verify(k, m, (nuint)count, s));
        }
    }

    /// <summary>The named bytes, checked; not null when there are none.</summary>
    private static ref byte At(byte[] array, int offset, int count) => ref MemoryMarshal.GetReference(array.AsSpan(offset, count));

    private static bool Right(int result) => result switch
    {
        NativeLayer.Ok => true,
        NativeLayer.Refused => false,
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "the C layer did not take a length"),
    };
}
