using NanoLibp2p.Buffers;

namespace NanoLibp2p.Tests;

/// <summary>
/// Stands in where thousands of handshakes are about everything but their curves: the Diffie-Hellman is a product that
/// commutes, a signature is a checksum that anybody can make. Hashes and records are the real ones. Allocates nothing.
/// </summary>
internal sealed class CheapCrypto : ForwardingCrypto
{
    private const ulong Generator = 0x9E3779B97F4A7C15;

    public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset)
    {
        ulong all = 0;
        for (int i = 0; i < KeyBytes; i += 8)
        {
            ulong product = Bytes.ReadUInt64BigEndian(scalar, scalarOffset + i) * Bytes.ReadUInt64BigEndian(point, pointOffset + i);
            Bytes.WriteUInt64BigEndian(shared, sharedOffset + i, product);
            all |= product;
        }
        return all != 0;
    }

    public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset)
    {
        for (int i = 0; i < KeyBytes; i += 8)
        {
            Bytes.WriteUInt64BigEndian(publicKey, publicKeyOffset + i, Bytes.ReadUInt64BigEndian(scalar, scalarOffset + i) * Generator);
        }
    }

    public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset)
    {
        for (int i = 0; i < KeyBytes; i++)
        {
            publicKey[publicKeyOffset + i] = (byte)(seed[seedOffset + i] ^ 0xA5);
        }
    }

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        ulong sum = Checksum(publicKey, publicKeyOffset, message, offset, count);
        for (int i = 0; i < SignatureBytes; i += 8)
        {
            Bytes.WriteUInt64BigEndian(signature, signatureOffset + i, sum);
        }
    }

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset)
    {
        ulong sum = Checksum(publicKey, publicKeyOffset, message, offset, count);
        for (int i = 0; i < SignatureBytes; i += 8)
        {
            if (Bytes.ReadUInt64BigEndian(signature, signatureOffset + i) != sum)
            {
                return false;
            }
        }
        return true;
    }

    // FNV-1a
    private static ulong Checksum(byte[] key, int keyOffset, byte[] message, int offset, int count)
    {
        ulong sum = 0xCBF29CE484222325;
        for (int i = 0; i < KeyBytes; i++)
        {
            sum = (sum ^ key[keyOffset + i]) * 0x100000001B3;
        }
        for (int i = 0; i < count; i++)
        {
            sum = (sum ^ message[offset + i]) * 0x100000001B3;
        }
        return sum;
    }
}
