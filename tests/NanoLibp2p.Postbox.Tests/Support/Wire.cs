using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>Protobuf as the specification has it, written and read apart from the code under test.</summary>
internal static class Wire
{
    /// <summary>A field that was read: the number of a varint, else the bytes.</summary>
    public sealed record Field(int Number, ulong Value, byte[] Bytes);

    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        while (value >= 0x80)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <summary>A number, or nothing for 0.</summary>
    public static byte[] Number(int field, ulong value) => value == 0 ? [] : [.. Varint((ulong)field << 3), .. Varint(value)];

    public static byte[] Bytes(int field, byte[] value) =>
        [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    public static byte[] Fixed32(int field, uint value) => [.. Varint(((ulong)field << 3) | 5), .. BitConverter.GetBytes(value)];

    public static byte[] Fixed64(int field, byte[] value) => [.. Varint(((ulong)field << 3) | 1), .. value];

    public static byte[] Delimited(byte[] message) => [.. Varint((ulong)message.Length), .. message];

    public static List<Field> Read(byte[] message)
    {
        List<Field> fields = [];
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = ReadVarint(message, ref at);
            ulong value = 0;
            byte[] bytes = [];
            switch (tag & 7)
            {
                case 0:
                    value = ReadVarint(message, ref at);
                    break;
                case 1:
                    bytes = message[at..(at += 8)];
                    break;
                case 2:
                    int count = (int)ReadVarint(message, ref at);
                    bytes = message[at..(at += count)];
                    break;
                case 5:
                    bytes = message[at..(at += 4)];
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }

            fields.Add(new Field((int)(tag >> 3), value, bytes));
        }

        return fields;
    }

    /// <summary>The first whole message of some bytes, without its length.</summary>
    /// <returns>Null when there is none yet.</returns>
    public static byte[]? TryTake(List<byte> from)
    {
        byte[] bytes = [.. from.Take(10)];
        int at = 0;
        ulong length = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (at == bytes.Length)
            {
                return null;
            }

            length |= (ulong)(bytes[at] & 0x7F) << shift;
            if (bytes[at++] < 0x80)
            {
                break;
            }
        }

        if (from.Count - at < (int)length)
        {
            return null;
        }

        byte[] message = [.. from.Skip(at).Take((int)length)];
        from.RemoveRange(0, at + (int)length);
        return message;
    }

    public static ulong NumberOf(List<Field> fields, int number) => fields.LastOrDefault(field => field.Number == number)?.Value ?? 0;

    public static byte[]? BytesOf(List<Field> fields, int number) => fields.LastOrDefault(field => field.Number == number)?.Bytes;

    private static ulong ReadVarint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = message[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }
}
