using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NanoLibp2p.Crypto.Desktop;

/// <summary>
/// The seam on a desktop or a server: curves and records by libsodium, hashes and records of 4 KiB or more by the base class
/// library, whichever is faster (README). Nothing is allocated after the constructor but when such a record has another key than the
/// one before it in the same direction, or a wrong tag.
/// </summary>
/// <remarks>It accepts exactly what <see cref="ManagedCrypto"/> accepts. One thread at a time, as every provider.</remarks>
public sealed unsafe class DesktopCrypto : CryptoProvider, IDisposable
{
    private const int SodiumFailed = -1;

    private readonly ManagedCrypto _managed = new();
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _sha512 = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
    private readonly LargeBox _sealing = new();
    private readonly LargeBox _opening = new();
    private bool _sha256Holds;
    private bool _sha512Holds;

    /// <summary>Loads libsodium.</summary>
    /// <exception cref="DllNotFoundException">libsodium is not there for this platform; <see cref="Choose"/> then takes the managed
    /// code.</exception>
    public DesktopCrypto()
    {
        if (Sodium.sodium_init() == SodiumFailed)
        {
            throw new InvalidOperationException("libsodium could not be initialised");
        }
    }

    /// <summary>The desktop provider if libsodium loads and all known answers are right, else the managed one.</summary>
    public static CryptoProvider Choose()
    {
        try
        {
            return CryptoProviders.Choose(new DesktopCrypto());
        }
        catch (Exception e)
            when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or InvalidOperationException)
        {
            return new ManagedCrypto();
        }
    }

    /// <inheritdoc/>
    public override string Name => "desktop (libsodium and .NET)";

    /// <inheritdoc/>
    public override void Sha256Start() => Start(_sha256, ref _sha256Holds);

    /// <inheritdoc/>
    public override void Sha256Update(byte[] data, int offset, int count)
    {
        _sha256Holds = true;
        _sha256.AppendData(Part(data, offset, count));
    }

    /// <inheritdoc/>
    public override void Sha256Finish(byte[] hash, int offset)
    {
        _sha256.GetHashAndReset(hash.AsSpan(offset, Sha256Bytes));
        _sha256Holds = false;
    }

    /// <inheritdoc/>
    public override void Sha512Start() => Start(_sha512, ref _sha512Holds);

    /// <inheritdoc/>
    public override void Sha512Update(byte[] data, int offset, int count)
    {
        _sha512Holds = true;
        _sha512.AppendData(Part(data, offset, count));
    }

    /// <inheritdoc/>
    public override void Sha512Finish(byte[] hash, int offset)
    {
        _sha512.GetHashAndReset(hash.AsSpan(offset, Sha512Bytes));
        _sha512Holds = false;
    }

    /// <inheritdoc/>
    public override void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac, int macOffset)
    {
        Span<byte> made = stackalloc byte[Sha256Bytes];
        HMACSHA256.HashData(Part(key, keyOffset, keyCount), Part(data, offset, count), made);
        made.CopyTo(mac.AsSpan(macOffset, Sha256Bytes));
        CryptographicOperations.ZeroMemory(made);
    }

    /// <inheritdoc/>
    public override void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
        byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount)
    {
        Span<byte> prk = stackalloc byte[Sha256Bytes];

        // extraction is HMAC; HKDF.Extract is not taken, as OpenSSL's refuses the empty input that ends Noise's handshake
        HMACSHA256.HashData(Part(salt, saltOffset, saltCount), Part(ikm, ikmOffset, ikmCount), prk);
        HKDF.Expand(HashAlgorithmName.SHA256, prk, okm.AsSpan(okmOffset, okmCount), Part(info, infoOffset, infoCount));
        CryptographicOperations.ZeroMemory(prk);
    }

    /// <inheritdoc/>
    public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
    {
        Span<byte> nonce = stackalloc byte[12];
        Write(nonce, noncePrefix, nonceCounter);
        ReadOnlySpan<byte> k = Part(key, keyOffset, KeyBytes), a = Part(ad, adOffset, adCount);
        Span<byte> box = buffer.AsSpan(offset, count + TagBytes);
        if (count >= LargeBox.FromBytes && LargeBox.Available)
        {
            _sealing.With(k).Encrypt(nonce, box[..count], box[..count], box[count..], a);
            return;
        }

        fixed (byte* kk = k, aa = a, n = nonce, b = box)
        {
            Sodium.crypto_aead_chacha20poly1305_ietf_encrypt_detached(b, b + count, null, b, (ulong)count, aa, (ulong)adCount, null, n, kk);
        }
    }

    /// <inheritdoc/>
    public override bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
    {
        count -= TagBytes;
        if (count < 0)
        {
            return false;
        }

        Span<byte> nonce = stackalloc byte[12];
        Write(nonce, noncePrefix, nonceCounter);
        ReadOnlySpan<byte> k = Part(key, keyOffset, KeyBytes), a = Part(ad, adOffset, adCount);
        Span<byte> box = buffer.AsSpan(offset, count + TagBytes);
        if (count >= LargeBox.FromBytes && LargeBox.Available)
        {
            return _opening.Open(k, nonce, box[..count], box[count..], a);
        }

        fixed (byte* kk = k, aa = a, n = nonce, b = box)
        {
            // verified first and then decrypted, as one call for both would clear a buffer whose tag is wrong, and the seam leaves it as
            // it was
            if (Sodium.crypto_aead_chacha20poly1305_ietf_decrypt_detached(null, null, b, (ulong)count, b + count, aa, (ulong)adCount, n,
                kk) != 0)
            {
                return false;
            }

            Sodium.crypto_stream_chacha20_ietf_xor_ic(b, b, (ulong)count, n, 1, kk);
            return true;
        }
    }

    /// <inheritdoc/>
    public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset)
    {
        Span<byte> q = shared.AsSpan(sharedOffset, KeyBytes);
        fixed (byte* qq = q, n = Part(scalar, scalarOffset, KeyBytes), p = Part(point, pointOffset, KeyBytes))
        {
            if (Sodium.crypto_scalarmult_curve25519(qq, n, p) == 0)
            {
                return true;
            }
        }

        // a point of small order: libsodium leaves the result unwritten
        q.Clear();
        return false;
    }

    /// <inheritdoc/>
    public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset)
    {
        fixed (byte* q = publicKey.AsSpan(publicKeyOffset, KeyBytes), n = Part(scalar, scalarOffset, KeyBytes))
        {
            Sodium.crypto_scalarmult_curve25519_base(q, n);
        }
    }

    /// <inheritdoc/>
    public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
    {
        Span<byte> secret = stackalloc byte[64];
        fixed (byte* s = Part(seed, seedOffset, KeyBytes), pk = publicKey.AsSpan(publicKeyOffset, KeyBytes), sk = secret)
        {
            Sodium.crypto_sign_ed25519_seed_keypair(pk, sk, s);
        }

        CryptographicOperations.ZeroMemory(secret);
    }

    /// <inheritdoc/>
    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        // libsodium's secret key is the seed and the public key; the signature is made aside, as it may overlay the message
        Span<byte> secret = stackalloc byte[64], made = stackalloc byte[SignatureBytes];
        Part(seed, seedOffset, KeyBytes).CopyTo(secret);
        Part(publicKey, publicKeyOffset, KeyBytes).CopyTo(secret[KeyBytes..]);
        fixed (byte* sk = secret, sig = made, m = Part(message, offset, count))
        {
            Sodium.crypto_sign_ed25519_detached(sig, null, m, (ulong)count, sk);
        }

        made.CopyTo(signature.AsSpan(signatureOffset, SignatureBytes));
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <inheritdoc/>
    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        fixed (byte* pk = Part(publicKey, publicKeyOffset, KeyBytes), sig = Part(signature, signatureOffset, SignatureBytes),
            m = Part(message, offset, count))
        {
            if (Sodium.crypto_sign_ed25519_verify_detached(sig, m, (ulong)count, pk) == 0)
            {
                return true;
            }
        }

        // libsodium refuses keys and R of small order too, which RFC 8032 does not: what it refuses the managed code decides, so that
        // a device and a gateway always agree
        return _managed.Ed25519Verify(publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
    }

    /// <summary>Frees the native state.</summary>
    public void Dispose()
    {
        _sha256.Dispose();
        _sha512.Dispose();
        _sealing.Dispose();
        _opening.Dispose();
    }

    private static void Start(IncrementalHash hash, ref bool holds)
    {
        if (holds)
        {
            Span<byte> none = stackalloc byte[Sha512Bytes];
            hash.GetHashAndReset(none);
            holds = false;
        }
    }

    private static void Write(Span<byte> nonce, uint prefix, ulong counter)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, prefix);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], counter);
    }

    /// <summary>A null array is good for no bytes.</summary>
    private static ReadOnlySpan<byte> Part(byte[]? bytes, int offset, int count) =>
        count == 0 ? default : bytes.AsSpan(offset, count);
}
