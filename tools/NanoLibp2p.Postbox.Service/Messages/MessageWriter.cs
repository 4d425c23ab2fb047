using System;
using System.Buffers.Binary;
using System.Text;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Postbox.Service.Messages;

/// <summary>Writes one protobuf message of the postbox protocol: varints, fixed fields and bytes. Numbers of 0 are left out.</summary>
internal sealed class MessageWriter
{
    private byte[] _buffer = new byte[64];
    private int _count;

    /// <summary>What was written so far.</summary>
    internal ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _count);

    internal MessageWriter Varint(int field, ulong value)
    {
        if (value != 0)
        {
            Reserve(15);
            _count = ProtobufWriter.WriteVarint(field, value, _buffer, _count);
        }

        return this;
    }

    internal MessageWriter Fixed32(int field, uint value)
    {
        if (value != 0)
        {
            Reserve(5 + 4);
            _count = ProtobufWriter.WriteTag(field, WireType.Fixed32, _buffer, _count);
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_count), value);
            _count += 4;
        }

        return this;
    }

    /// <summary>Eight bytes as they lie on the wire, least significant first; written when they are 0, too.</summary>
    internal MessageWriter Fixed64(int field, ulong value)
    {
        Reserve(5 + 8);
        _count = ProtobufWriter.WriteTag(field, WireType.Fixed64, _buffer, _count);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_count), value);
        _count += 8;
        return this;
    }

    internal MessageWriter Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Length(field, bytes.Length);
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_count));
        _count += bytes.Length;
        return this;
    }

    internal MessageWriter Text(int field, string text) => Bytes(field, Encoding.ASCII.GetBytes(text));

    internal MessageWriter Message(int field, MessageWriter message) => Bytes(field, message.Written);

    /// <summary>A field of bytes that somebody else writes behind this message.</summary>
    internal MessageWriter Length(int field, int count)
    {
        Reserve(10);
        _count = ProtobufWriter.WriteLength(field, count, _buffer, _count);
        return this;
    }

    internal byte[] ToArray() => Written.ToArray();

    /// <summary>The message behind its length.</summary>
    /// <param name="behind">Bytes of this message that follow it.</param>
    internal byte[] ToDelimited(int behind = 0)
    {
        uint length = (uint)(_count + behind);
        int prefix = Buffers.Varint.Size(length);
        byte[] bytes = new byte[prefix + _count];
        Buffers.Varint.Write(length, bytes, 0);
        Written.CopyTo(bytes.AsSpan(prefix));
        return bytes;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _count < count)
        {
            Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _count + count));
        }
    }
}
