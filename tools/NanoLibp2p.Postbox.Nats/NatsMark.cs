using System;
using System.Buffers.Binary;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>A message of the stream that says nothing but its token: what a gateway keeps of the stream is as of there.</summary>
/// <param name="Sequence">Its number in the stream.</param>
/// <param name="Place">The last part of its subject: a random number of each file, so that a stream has one mark of each.</param>
/// <param name="Token">A random number of each mark.</param>
internal readonly record struct NatsMark(long Sequence, long Place, Int128 Token)
{
    /// <summary>How many bytes it has.</summary>
    internal const int Length = 32;

    /// <summary>Its subject.</summary>
    /// <param name="prefix">The stream's.</param>
    /// <returns>The subject.</returns>
    internal string SubjectOf(string prefix) => $"{prefix}.-.heads.{Place:x16}";

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="bytes">32 bytes.</param>
    /// <returns>The mark.</returns>
    internal static NatsMark Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadInt64BigEndian(bytes),
        BinaryPrimitives.ReadInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadInt128BigEndian(bytes[16..]));

    /// <summary>Writes its 32 bytes.</summary>
    /// <param name="destination">32 bytes.</param>
    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, Sequence);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], Place);
        BinaryPrimitives.WriteInt128BigEndian(destination[16..], Token);
    }
}
