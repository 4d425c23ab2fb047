using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// Which mailbox: the first 16 bytes of the SHA-256 of the recipient's peer id, so the same in every store and at every gateway.
/// </summary>
/// <param name="High">Bytes 0 to 7, big-endian.</param>
/// <param name="Low">Bytes 8 to 15, big-endian.</param>
public readonly record struct BoxId(ulong High, ulong Low)
{
    /// <summary>How many bytes it has.</summary>
    public const int Length = 16;

    /// <summary>Of a hash a part is as good as another hash of it.</summary>
    /// <returns>Its first bytes.</returns>
    public override int GetHashCode() => High.GetHashCode();

    /// <summary>The mailbox of a peer.</summary>
    /// <param name="peer">The recipient's peer id, a binary multihash.</param>
    /// <returns>Its number.</returns>
    public static BoxId Of(ReadOnlySpan<byte> peer)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(peer, hash);
        return Read(hash);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="bytes">At least 16 bytes.</param>
    /// <returns>What the first 16 say.</returns>
    public static BoxId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes its 16 bytes.</summary>
    /// <param name="destination">At least 16 bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>32 hex digits.</summary>
    /// <returns>Its bytes in order.</returns>
    public override string ToString() => $"{High:x16}{Low:x16}";
}
