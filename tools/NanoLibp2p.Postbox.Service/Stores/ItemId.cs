using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>The id of an item: the SHA-256 of its bytes (SPEC.md 5).</summary>
/// <param name="A">Bytes 0 to 7, big-endian, as the others.</param>
/// <param name="B">Bytes 8 to 15.</param>
/// <param name="C">Bytes 16 to 23.</param>
/// <param name="D">Bytes 24 to 31.</param>
public readonly record struct ItemId(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>How many bytes it has.</summary>
    public const int Length = 32;

    /// <summary>The item's name for its recipient: the first 8 bytes of the id, as a <c>fixed64</c> field of the protocol holds them
    /// (little-endian).</summary>
    public ulong Name => BinaryPrimitives.ReverseEndianness(A);

    /// <summary>Of a hash a part is as good as another hash of it; items that share it would cost 2^32 each.</summary>
    /// <returns>Its first bytes.</returns>
    public override int GetHashCode() => A.GetHashCode();

    /// <summary>The id of an item.</summary>
    /// <param name="item">All of its bytes.</param>
    /// <returns>Their SHA-256.</returns>
    public static ItemId Of(ReadOnlySpan<byte> item)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(item, hash);
        return Read(hash);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="bytes">At least 32 bytes.</param>
    /// <returns>What the first 32 say.</returns>
    public static ItemId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    /// <summary>Writes its 32 bytes.</summary>
    /// <param name="destination">At least 32 bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, A);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], D);
    }

    /// <summary>64 hex digits.</summary>
    /// <returns>Its bytes in order.</returns>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";
}
