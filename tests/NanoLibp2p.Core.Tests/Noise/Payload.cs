using System;
using System.IO;
using System.Text;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core.Tests.Noise;

/// <summary>Writes NoiseHandshakePayload messages, honest ones and others.</summary>
internal sealed class Payload
{
    private readonly MemoryStream _bytes = new();

    public static byte[] Honest(Identity identity, KeyPair staticKey, params string[] muxers)
    {
        Payload payload = new Payload().Key(identity.PublicKeyProtobuf).Signature(Sign(identity, staticKey.PublicKey));
        return muxers.Length == 0 ? payload.ToArray() : payload.Extensions(muxers).ToArray();
    }

    public static byte[] Sign(Identity identity, byte[] staticKey)
    {
        byte[] message = [.. Encoding.ASCII.GetBytes("noise-libp2p-static-key:"), .. staticKey];
        byte[] signature = new byte[CryptoProvider.SignatureBytes];
        identity.Sign(new ManagedCrypto(), message, 0, message.Length, signature, 0);
        return signature;
    }

    /// <summary>A PublicKey message of any type.</summary>
    public static byte[] PublicKey(KeyType type, byte[] data) =>
        new Payload().Varint(1, (ulong)type).Field(2, data).ToArray();

    public Payload Key(byte[] key) => Field(1, key);

    public Payload Signature(byte[] signature) => Field(2, signature);

    public Payload Extensions(params string[] muxers)
    {
        Payload extensions = new();
        foreach (string muxer in muxers)
        {
            extensions.Field(2, Encoding.ASCII.GetBytes(muxer));
        }
        return Field(4, extensions.ToArray());
    }

    public Payload Field(int field, byte[] value)
    {
        Number(((ulong)field << 3) | 2);
        Number((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public Payload Varint(int field, ulong value)
    {
        Number((ulong)field << 3);
        Number(value);
        return this;
    }

    public Payload Raw(params byte[] value)
    {
        _bytes.Write(value);
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();

    private void Number(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }
        _bytes.WriteByte((byte)value);
    }
}
