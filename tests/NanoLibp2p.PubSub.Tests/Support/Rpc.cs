using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>A second, independent implementation of the RPC's protobuf, on lists and streams as a desktop program would have it.</summary>
internal sealed record Rpc
{
    public List<(bool Subscribe, string Topic)> Subscriptions { get; init; } = [];

    public List<RpcMessage> Messages { get; init; } = [];

    public List<(string Topic, byte[][] Ids)> Have { get; init; } = [];

    public List<byte[][]> Want { get; init; } = [];

    public List<string> Graft { get; init; } = [];

    public List<(string Topic, ulong? Backoff)> Prune { get; init; } = [];

    /// <summary>Fields of numbers that nobody uses, in the RPC and in its control message.</summary>
    public byte[] Unknown { get; init; } = [];

    public static Rpc Subscribe(params string[] topics) => new() { Subscriptions = [.. Array.ConvertAll(topics, topic => (true, topic))] };

    public static Rpc Unsubscribe(string topic) => new() { Subscriptions = [(false, topic)] };

    public static Rpc Publish(params RpcMessage[] messages) => new() { Messages = [.. messages] };

    /// <summary>The RPC with its length before it.</summary>
    public byte[] Encode()
    {
        Fields rpc = new();
        rpc.Raw(Unknown);
        foreach ((bool subscribe, string topic) in Subscriptions)
        {
            rpc.Bytes(1, new Fields().Varint(1, subscribe ? 1UL : 0).Bytes(2, Encoding.UTF8.GetBytes(topic)).ToArray());
        }

        foreach (RpcMessage message in Messages)
        {
            rpc.Bytes(2, message.Encode());
        }

        Fields control = new();
        control.Raw(Unknown);
        foreach ((string topic, byte[][] ids) in Have)
        {
            control.Bytes(1, new Fields().Bytes(1, Encoding.UTF8.GetBytes(topic)).Repeated(2, ids).ToArray());
        }

        foreach (byte[][] ids in Want)
        {
            control.Bytes(2, new Fields().Repeated(1, ids).ToArray());
        }

        foreach (string topic in Graft)
        {
            control.Bytes(3, new Fields().Bytes(1, Encoding.UTF8.GetBytes(topic)).ToArray());
        }

        foreach ((string topic, ulong? backoff) in Prune)
        {
            Fields prune = new Fields().Bytes(1, Encoding.UTF8.GetBytes(topic));
            prune.Bytes(2, new Fields().Bytes(1, [1, 2, 3]).ToArray());
            control.Bytes(4, (backoff == null ? prune : prune.Varint(3, backoff.Value)).ToArray());
        }

        byte[] encoded = control.ToArray();
        if (encoded.Length > 0)
        {
            rpc.Bytes(3, encoded);
        }

        byte[] body = rpc.ToArray();
        return [.. Fields.VarintBytes((ulong)body.Length), .. body];
    }

    /// <summary>Reads all whole RPCs.</summary>
    public static List<Rpc> DecodeAll(byte[] bytes)
    {
        List<Rpc> all = new();
        int at = 0;
        while (at < bytes.Length)
        {
            int start = at;
            if (!Fields.TryVarint(bytes, ref at, out ulong length) || (ulong)(bytes.Length - at) < length)
            {
                Assert.Fail($"{bytes.Length - start} bytes of an RPC that isn't whole");
            }

            all.Add(Decode(bytes[at..(at + (int)length)]));
            at += (int)length;
        }

        return all;
    }

    private static Rpc Decode(byte[] bytes)
    {
        Rpc rpc = new();
        foreach ((int field, ulong _, byte[] data) in Fields.Read(bytes))
        {
            switch (field)
            {
                case 1:
                    (bool Subscribe, string Topic) subscription = (false, "");
                    foreach ((int f, ulong v, byte[] d) in Fields.Read(data))
                    {
                        subscription = f == 1 ? (v != 0, subscription.Topic) : (subscription.Subscribe, Encoding.UTF8.GetString(d));
                    }

                    rpc.Subscriptions.Add(subscription);
                    break;
                case 2:
                    rpc.Messages.Add(RpcMessage.Decode(data));
                    break;
                case 3:
                    rpc.DecodeControl(data);
                    break;
                default:
                    Assert.Fail($"field {field} in an RPC");
                    break;
            }
        }

        return rpc;
    }

    private void DecodeControl(byte[] bytes)
    {
        foreach ((int field, ulong _, byte[] data) in Fields.Read(bytes))
        {
            string topic = "";
            ulong? backoff = null;
            List<byte[]> ids = new();
            foreach ((int f, ulong v, byte[] d) in Fields.Read(data))
            {
                if (field != 2 && f == 1)
                {
                    topic = Encoding.UTF8.GetString(d);
                }
                else if (f == 3)
                {
                    backoff = v;
                }
                else
                {
                    ids.Add(d);
                }
            }

            switch (field)
            {
                case 1:
                    Have.Add((topic, [.. ids]));
                    break;
                case 2:
                    Want.Add([.. ids]);
                    break;
                case 3:
                    Graft.Add(topic);
                    break;
                case 4:
                    Prune.Add((topic, backoff));
                    break;
                default:
                    Assert.Fail($"field {field} in a control message");
                    break;
            }
        }
    }
}

/// <summary>A message of an RPC; null fields are absent.</summary>
internal sealed record RpcMessage
{
    public byte[]? From { get; init; }

    public byte[]? Data { get; init; }

    public byte[]? Sequence { get; init; }

    public string? Topic { get; init; }

    public byte[]? Signature { get; init; }

    public byte[]? Key { get; init; }

    /// <summary>Fields that nobody knows, after the topic: signed with the rest.</summary>
    public byte[] Unknown { get; init; } = [];

    /// <summary>The id as the spec has it: author and sequence number.</summary>
    public byte[] Id => [.. From!, .. Sequence!];

    public byte[] Encode() => Fields().Optional(5, Signature).Optional(6, Key).ToArray();

    /// <summary>What is signed.</summary>
    public byte[] Signed() => [.. "libp2p-pubsub:"u8, .. Fields().ToArray()];

    public RpcMessage Sign(Identity identity)
    {
        byte[] bytes = Signed();
        byte[] signature = new byte[64];
        identity.Sign(new ManagedCrypto(), bytes, 0, bytes.Length, signature, 0);
        return this with { Signature = signature };
    }

    /// <summary>A message as go publishes it.</summary>
    public static RpcMessage By(Identity author, ulong sequence, string topic, byte[] data)
    {
        byte[] number = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, sequence);
        return new RpcMessage { From = author.PeerId.ToBytes(), Data = data, Sequence = number, Topic = topic }.Sign(author);
    }

    public static RpcMessage Decode(byte[] bytes)
    {
        RpcMessage message = new();
        foreach ((int field, ulong _, byte[] data) in Tests.Fields.Read(bytes))
        {
            message = field switch
            {
                1 => message with { From = data },
                2 => message with { Data = data },
                3 => message with { Sequence = data },
                4 => message with { Topic = Encoding.UTF8.GetString(data) },
                5 => message with { Signature = data },
                6 => message with { Key = data },
                _ => throw new InvalidDataException($"field {field} in a message"),
            };
        }

        return message;
    }

    private Fields Fields() => new Fields().Optional(1, From).Optional(2, Data).Optional(3, Sequence)
        .Optional(4, Topic == null ? null : Encoding.UTF8.GetBytes(Topic)).Raw(Unknown);
}

/// <summary>Protobuf fields, written and read.</summary>
internal sealed class Fields
{
    private readonly MemoryStream _bytes = new();

    public byte[] ToArray() => _bytes.ToArray();

    public Fields Raw(byte[] data)
    {
        _bytes.Write(data);
        return this;
    }

    public Fields Varint(int field, ulong value) => Raw(VarintBytes((ulong)field << 3)).Raw(VarintBytes(value));

    public Fields Bytes(int field, byte[] data) => Raw(VarintBytes(((ulong)field << 3) | 2)).Raw(VarintBytes((ulong)data.Length)).Raw(data);

    public Fields Optional(int field, byte[]? data) => data == null ? this : Bytes(field, data);

    public Fields Repeated(int field, byte[][] items)
    {
        foreach (byte[] item in items)
        {
            Bytes(field, item);
        }

        return this;
    }

    public static byte[] VarintBytes(ulong value)
    {
        List<byte> list = new();
        for (; value >= 0x80; value >>= 7)
        {
            list.Add((byte)(value | 0x80));
        }

        list.Add((byte)value);
        return [.. list];
    }

    public static bool TryVarint(byte[] data, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; at < data.Length && shift < 64; shift += 7)
        {
            byte b = data[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    public static IEnumerable<(int Field, ulong Value, byte[] Data)> Read(byte[] data)
    {
        int at = 0;
        while (at < data.Length)
        {
            Assert.True(TryVarint(data, ref at, out ulong tag));
            Assert.True((tag & 7) is 0 or 2, $"wire type {tag & 7}");
            Assert.True(TryVarint(data, ref at, out ulong value));
            byte[] bytes = [];
            if ((tag & 7) == 2)
            {
                bytes = data[at..(at + (int)value)];
                at += (int)value;
            }

            yield return ((int)(tag >> 3), value, bytes);
        }
    }
}
