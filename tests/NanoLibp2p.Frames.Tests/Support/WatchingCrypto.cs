using System;
using System.Collections.Generic;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Notices when two different plaintexts are sealed under one key and number.</summary>
internal sealed class WatchingCrypto : ForwardingCrypto
{
    private readonly CheapCrypto _cheap = new();
    private readonly Dictionary<(string Key, ulong Nonce), string> _sealed = [];

    /// <summary>What it found wrong; null for nothing.</summary>
    public string? Fault { get; private set; }

    public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter, byte[] ad, int adOffset, int adCount,
        byte[] buffer, int offset, int count)
    {
        string plain = Convert.ToHexString(buffer, offset, count);
        if (!_sealed.TryAdd((Convert.ToHexString(key, keyOffset, KeyBytes), nonceCounter), plain)
            && _sealed[(Convert.ToHexString(key, keyOffset, KeyBytes), nonceCounter)] != plain)
        {
            Fault = "a number was used twice under one key";
        }

        base.Seal(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count);
    }

    public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset)
        => _cheap.X25519(scalar, scalarOffset, point, pointOffset, shared, sharedOffset);

    public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset)
        => _cheap.X25519Base(scalar, scalarOffset, publicKey, publicKeyOffset);

    public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
        => _cheap.Ed25519PublicKey(seed, seedOffset, publicKey, publicKeyOffset);

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset, byte[] message, int offset,
        int count, byte[] signature, int signatureOffset)
        => _cheap.Ed25519Sign(seed, seedOffset, publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset, byte[] message, int offset, int count, byte[] signature,
        int signatureOffset)
        => _cheap.Ed25519Verify(publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
}
