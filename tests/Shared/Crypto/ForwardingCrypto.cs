using NanoLibp2p.Crypto;

namespace NanoLibp2p.Tests;

/// <summary>The managed provider, for tests that count or change a few operations.</summary>
internal class ForwardingCrypto : CryptoProvider
{
    private readonly ManagedCrypto _managed = new();

    public override string Name => "forwarding";

    public override void Sha256Start() => _managed.Sha256Start();

    public override void Sha256Update(byte[] data, int offset, int count) => _managed.Sha256Update(data, offset, count);

    public override void Sha256Finish(byte[] hash, int offset) => _managed.Sha256Finish(hash, offset);

    public override void Sha512Start() => _managed.Sha512Start();

    public override void Sha512Update(byte[] data, int offset, int count) => _managed.Sha512Update(data, offset, count);

    public override void Sha512Finish(byte[] hash, int offset) => _managed.Sha512Finish(hash, offset);

    public override void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac,
        int macOffset) =>
        _managed.HmacSha256(key, keyOffset, keyCount, data, offset, count, mac, macOffset);

    public override void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
        byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount) =>
        _managed.HkdfSha256(salt, saltOffset, saltCount, ikm, ikmOffset, ikmCount, info, infoOffset, infoCount, okm, okmOffset, okmCount);

    public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count) =>
        _managed.Seal(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count);

    public override bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count) =>
        _managed.Open(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count);

    public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset) =>
        _managed.X25519(scalar, scalarOffset, point, pointOffset, shared, sharedOffset);

    public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset) =>
        _managed.X25519Base(scalar, scalarOffset, publicKey, publicKeyOffset);

    public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset) =>
        _managed.Ed25519PublicKey(seed, seedOffset, publicKey, publicKeyOffset);

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset) =>
        _managed.Ed25519Sign(seed, seedOffset, publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset) =>
        _managed.Ed25519Verify(publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
}
