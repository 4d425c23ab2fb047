using System;

namespace NanoLibp2p.Crypto.Tests;

public enum Fault
{
    Sha256,
    Sha512,
    Hmac,
    Hkdf,
    Seal,
    OpenAcceptsAll,
    OpenRefusesAll,
    X25519,
    X25519Base,
    PublicKey,
    Sign,
    VerifyAcceptsAll,
    VerifyRefusesAll,
    Throws,
}

/// <summary>The managed provider with one operation wrong.</summary>
internal sealed class FaultyCrypto(Fault fault) : CryptoProvider
{
    private readonly ManagedCrypto _right = new();

    public override string Name => "faulty";

    public override void Sha256Start() => _right.Sha256Start();

    public override void Sha256Update(byte[] data, int offset, int count) => _right.Sha256Update(data, offset, count);

    public override void Sha256Finish(byte[] hash, int offset)
    {
        _right.Sha256Finish(hash, offset);
        Spoil(Fault.Sha256, hash, offset);
    }

    public override void Sha512Start() => _right.Sha512Start();

    public override void Sha512Update(byte[] data, int offset, int count) => _right.Sha512Update(data, offset, count);

    public override void Sha512Finish(byte[] hash, int offset)
    {
        _right.Sha512Finish(hash, offset);
        Spoil(Fault.Sha512, hash, offset);
    }

    public override void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac, int macOffset)
    {
        _right.HmacSha256(key, keyOffset, keyCount, data, offset, count, mac, macOffset);
        Spoil(Fault.Hmac, mac, macOffset);
    }

    public override void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
        byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount)
    {
        _right.HkdfSha256(salt, saltOffset, saltCount, ikm, ikmOffset, ikmCount, info, infoOffset, infoCount, okm, okmOffset, okmCount);
        Spoil(Fault.Hkdf, okm, okmOffset);
    }

    public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
    {
        _right.Seal(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count);
        Spoil(Fault.Seal, buffer, offset);
    }

    public override bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
    {
        bool opened = _right.Open(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count);
        return (opened || fault == Fault.OpenAcceptsAll) && fault != Fault.OpenRefusesAll;
    }

    public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset)
    {
        bool result = _right.X25519(scalar, scalarOffset, point, pointOffset, shared, sharedOffset);
        Spoil(Fault.X25519, shared, sharedOffset);
        return result;
    }

    public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset)
    {
        _right.X25519Base(scalar, scalarOffset, publicKey, publicKeyOffset);
        Spoil(Fault.X25519Base, publicKey, publicKeyOffset);
    }

    public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
    {
        _right.Ed25519PublicKey(seed, seedOffset, publicKey, publicKeyOffset);
        Spoil(Fault.PublicKey, publicKey, publicKeyOffset);
    }

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        _right.Ed25519Sign(seed, seedOffset, publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
        Spoil(Fault.Sign, signature, signatureOffset);
    }

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        bool valid = _right.Ed25519Verify(publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
        return (valid || fault == Fault.VerifyAcceptsAll) && fault != Fault.VerifyRefusesAll;
    }

    private void Spoil(Fault which, byte[] result, int offset)
    {
        if (fault == Fault.Throws)
        {
            throw new InvalidOperationException("as a broken native library may");
        }

        if (fault == which)
        {
            result[offset] ^= 1;
        }
    }
}
