using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;

namespace NanoLibp2p.Discovery.Tests;

/// <summary>A DNS packet as RFC 1035 4 has it: a second writer and reader, which shares nothing with the code under test.</summary>
internal sealed class DnsPacket
{
    public int Flags { get; init; }

    public IReadOnlyList<DnsRecord> Questions { get; init; } = [];

    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    public IReadOnlyList<DnsRecord> Additional { get; init; } = [];

    public static DnsPacket Query(params DnsRecord[] questions) => new() { Questions = questions };

    public static DnsPacket Response(params DnsRecord[] answers) => new() { Flags = 0x8400, Answers = answers };

    /// <summary>Writes it.</summary>
    /// <param name="compress">Each name that was written before, and each end of one, becomes a pointer.</param>
    public byte[] ToBytes(bool compress = false)
    {
        List<byte> bytes = [];
        Dictionary<string, int>? seen = compress ? [] : null;
        foreach (int value in new[] { 0, Flags, Questions.Count, Answers.Count, 0, Additional.Count })
        {
            Put16(bytes, value);
        }

        foreach (DnsRecord question in Questions)
        {
            PutName(bytes, question.Name, seen);
            Put16(bytes, question.Type);
            Put16(bytes, question.Class);
        }

        foreach (DnsRecord record in Answers.Concat(Additional))
        {
            PutName(bytes, record.Name, seen);
            Put16(bytes, record.Type);
            Put16(bytes, record.Class);
            Put16(bytes, (int)(record.Ttl >> 16));
            Put16(bytes, (int)record.Ttl & 0xFFFF);
            int length = bytes.Count;
            Put16(bytes, 0);
            PutData(bytes, record, seen);
            bytes[length] = (byte)((bytes.Count - length - 2) >> 8);
            bytes[length + 1] = (byte)(bytes.Count - length - 2);
        }

        return [.. bytes];
    }

    /// <summary>Reads one; what is wrong with it fails the test.</summary>
    public static DnsPacket Parse(byte[] bytes)
    {
        int at = 12;
        List<DnsRecord> questions = [];
        for (int i = Get16(bytes, 4); i > 0; i--)
        {
            string name = GetName(bytes, ref at);
            questions.Add(new DnsRecord(name, Get16(bytes, at), Get16(bytes, at + 2)));
            at += 4;
        }

        List<DnsRecord> answers = GetRecords(bytes, ref at, Get16(bytes, 6));
        Assert.Empty(GetRecords(bytes, ref at, Get16(bytes, 8)));
        List<DnsRecord> additional = GetRecords(bytes, ref at, Get16(bytes, 10));
        Assert.Equal(bytes.Length, at);
        Assert.Equal(0, Get16(bytes, 0));
        return new DnsPacket { Flags = Get16(bytes, 2), Questions = questions, Answers = answers, Additional = additional };
    }

    private static List<DnsRecord> GetRecords(byte[] bytes, ref int at, int count)
    {
        List<DnsRecord> records = [];
        for (; count > 0; count--)
        {
            string name = GetName(bytes, ref at);
            int type = Get16(bytes, at);
            int kind = Get16(bytes, at + 2);
            long ttl = ((long)Get16(bytes, at + 4) << 16) | (uint)Get16(bytes, at + 6);
            int length = Get16(bytes, at + 8);
            at += 10;
            int end = at + length;
            string data = type switch
            {
                DnsRecord.Ptr => GetName(bytes, ref at),
                DnsRecord.Srv => $"{Get16(bytes, (at += 6) - 2)} {GetName(bytes, ref at)}",
                DnsRecord.Txt => GetStrings(bytes, ref at, end),
                _ => new IPAddress(bytes[at..(at = end)]).ToString(),
            };
            Assert.Equal(end, at);
            records.Add(new DnsRecord(name, type, kind, ttl, data));
        }

        return records;
    }

    private static string GetStrings(byte[] bytes, ref int at, int end)
    {
        List<string> strings = [];
        while (at < end)
        {
            strings.Add(Encoding.ASCII.GetString(bytes, at + 1, bytes[at]));
            at += 1 + bytes[at];
        }

        return string.Join('\n', strings);
    }

    private static string GetName(byte[] bytes, ref int at)
    {
        List<string> labels = [];
        int place = at;
        bool jumped = false;
        while (bytes[place] != 0)
        {
            if (bytes[place] >= 0xC0)
            {
                int to = Get16(bytes, place) & 0x3FFF;
                Assert.True(to < place, "a pointer that leads on");
                at = jumped ? at : place + 2;
                jumped = true;
                place = to;
                continue;
            }

            labels.Add(Encoding.ASCII.GetString(bytes, place + 1, bytes[place]));
            place += 1 + bytes[place];
        }

        at = jumped ? at : place + 1;
        return string.Join('.', labels);
    }

    private static void PutData(List<byte> bytes, DnsRecord record, Dictionary<string, int>? seen)
    {
        switch (record.Type)
        {
            case DnsRecord.Ptr:
                PutName(bytes, record.Data, seen);
                break;
            case DnsRecord.Srv:
                string[] parts = record.Data.Split(' ');
                Put16(bytes, 0);
                Put16(bytes, 0);
                Put16(bytes, int.Parse(parts[0]));
                PutName(bytes, parts[1], seen);
                break;
            case DnsRecord.Txt:
                foreach (string text in record.Data.Split('\n'))
                {
                    bytes.Add((byte)text.Length);
                    bytes.AddRange(Encoding.ASCII.GetBytes(text));
                }

                break;
            default:
                bytes.AddRange(IPAddress.Parse(record.Data).GetAddressBytes());
                break;
        }
    }

    private static void PutName(List<byte> bytes, string name, Dictionary<string, int>? seen)
    {
        string[] labels = name.Split('.');
        for (int i = 0; i < labels.Length; i++)
        {
            string rest = string.Join('.', labels[i..]);
            if (seen != null && seen.TryGetValue(rest, out int place))
            {
                Put16(bytes, 0xC000 | place);
                return;
            }

            seen?.Add(rest, bytes.Count);
            bytes.Add((byte)labels[i].Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(labels[i]));
        }

        bytes.Add(0);
    }

    private static void Put16(List<byte> bytes, int value)
    {
        bytes.Add((byte)(value >> 8));
        bytes.Add((byte)value);
    }

    private static int Get16(byte[] bytes, int at) => (bytes[at] << 8) | bytes[at + 1];
}
