using System;

namespace NanoLibp2p.Tests;

/// <summary>Counts the expensive operations; each check of a signature can make the clock go on, as on a slow board.</summary>
internal sealed class CountingCrypto : ForwardingCrypto
{
    public int Verifications { get; set; }

    public int Signatures { get; private set; }

    public Action? OnVerify { get; set; }

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        Verifications++;
        OnVerify?.Invoke();
        return base.Ed25519Verify(publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
    }

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        Signatures++;
        base.Ed25519Sign(seed, seedOffset, publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
    }
}
