namespace NanoLibp2p.Core.Tests.Support;

/// <summary>Counts the dear operations.</summary>
internal sealed class CountingCrypto : ForwardingCrypto
{
    public int Verifications { get; private set; }

    public int Signatures { get; private set; }

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        Verifications++;
        return base.Ed25519Verify(publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
    }

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        Signatures++;
        base.Ed25519Sign(seed, seedOffset, publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);
    }
}
