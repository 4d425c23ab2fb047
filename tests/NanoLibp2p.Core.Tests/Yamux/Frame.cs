using System;
using System.Buffers.Binary;

namespace NanoLibp2p.Core.Tests.Yamux;

/// <summary>A Yamux frame as the spec draws it, made and read without the code under test.</summary>
internal sealed record Frame(byte Type, ushort Flags, uint Id, uint Length)
{
    public const byte Data = 0;
    public const byte Window = 1;
    public const byte Ping = 2;
    public const byte GoAway = 3;

    public const ushort Syn = 1;
    public const ushort Ack = 2;
    public const ushort Fin = 4;
    public const ushort Rst = 8;

    public byte Version { get; init; }

    public byte[] Payload { get; init; } = [];

    public static Frame WithData(ushort flags, uint id, params byte[] payload) =>
        new(Data, flags, id, (uint)payload.Length) { Payload = payload };

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[12 + Payload.Length];
        bytes[0] = Version;
        bytes[1] = Type;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), Flags);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Id);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), Length);
        Payload.CopyTo(bytes, 12);
        return bytes;
    }

    /// <summary>Reads the frame at the start of the bytes.</summary>
    public static Frame Read(ReadOnlySpan<byte> bytes, out int size)
    {
        Frame frame = new(bytes[1], BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..])) { Version = bytes[0] };
        size = frame.Type == Data ? 12 + (int)frame.Length : 12;
        return frame with { Payload = bytes[12..size].ToArray() };
    }

    public bool Equals(Frame? other) => other != null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => HashCode.Combine(Type, Flags, Id, Length);
}
