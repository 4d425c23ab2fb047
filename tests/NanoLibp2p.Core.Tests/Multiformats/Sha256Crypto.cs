using System;
using System.Security.Cryptography;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Core.Tests.Multiformats;

/// <summary>The platform's SHA-256, for what needs no more than a hash.</summary>
internal sealed class Sha256Crypto : CryptoProvider
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override string Name => "sha256";

    public override void Sha256Start()
    {
        hash.GetHashAndReset();
    }

    public override void Sha256Update(byte[] data, int offset, int count)
    {
        hash.AppendData(data, offset, count);
    }

    public override void Sha256Finish(byte[] output, int offset)
    {
        hash.GetHashAndReset().CopyTo(output, offset);
    }

    public override void Sha512Start() => throw new NotSupportedException();

    public override void Sha512Update(byte[] data, int offset, int count) => throw new NotSupportedException();

    public override void Sha512Finish(byte[] output, int offset) => throw new NotSupportedException();

    public override void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac, int macOffset)
        => throw new NotSupportedException();

    public override void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
        byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount) => throw new NotSupportedException();

    public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset)
        => throw new NotSupportedException();

    public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset) => throw new NotSupportedException();

    public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset) => throw new NotSupportedException();

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset) => throw new NotSupportedException();

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset) => throw new NotSupportedException();
}
