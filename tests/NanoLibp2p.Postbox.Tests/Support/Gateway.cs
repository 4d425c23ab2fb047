using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using NanoLibp2p.Core;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>
/// A gateway with one mailbox, written from the specification alone: it answers as sections 8 and 10 say, or as the test's script does.
/// </summary>
internal sealed class Gateway : StreamProtocol
{
    private readonly Dictionary<Libp2pStream, List<byte>> _unread = [];
    private readonly List<(Libp2pStream Stream, byte[] Bytes, int At)> _unsent = [];

    /// <summary>An item that waits.</summary>
    public sealed class Item(byte[] bytes, int priority)
    {
        public byte[] Bytes { get; set; } = bytes;

        public int Priority { get; } = priority;

        public byte[] Name { get; set; } = SHA256.HashData(bytes)[..8];

        public byte[]? Tag { get; set; } = bytes.Length >= 10 ? bytes[2..10] : new byte[8];
    }

    /// <summary>An acknowledgement that came.</summary>
    public sealed record Ack(string Name, int Outcome, byte[]? Proof);

    public List<Item> Items { get; } = [];

    public List<Ack> Acks { get; } = [];

    /// <summary>Acknowledged items stay, and are offered again: a gateway that replays.</summary>
    public bool Keeps { get; set; }

    public uint Now { get; set; } = Vectors.Sent;

    /// <summary>Each request, behind its length, in order.</summary>
    public List<byte[]> Requests { get; } = [];

    /// <summary>Makes the answer to a request: null for the ordinary one.</summary>
    public Func<int, List<Wire.Field>, uint, byte[]?>? Script { get; set; }

    /// <summary>Told of each acknowledgement before it is applied.</summary>
    public Action<Ack>? OnAck { get; set; }

    /// <summary>Bytes of answers after which the stream is reset; each time anew. -1 for none.</summary>
    public int CutAfter { get; set; } = -1;

    public byte[]? Record { get; set; }

    public List<byte[]> Deposits { get; } = [];

    public int OpenStreams { get; private set; }

    /// <summary>Sends a hint on every stream.</summary>
    public void Hint(byte[] reply)
    {
        foreach (Libp2pStream stream in _unread.Keys)
        {
            _unsent.Add((stream, reply, 0));
        }
    }

    public static byte[] Reply(uint serial, int field, byte[] body) =>
        Wire.Delimited([.. Wire.Number(1, serial), .. Wire.Bytes(field, body)]);

    public static byte[] Refuse(uint serial, uint code) => Wire.Delimited([.. Wire.Number(1, serial), .. Wire.Number(2, code)]);

    public override void OnOpened(Libp2pStream stream)
    {
        _unread[stream] = [];
        OpenStreams++;
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        List<byte> unread = _unread[stream];
        unread.AddRange(buffer[offset..(offset + count)]);
        while (Wire.TryTake(unread) is byte[] request)
        {
            Requests.Add(Wire.Delimited(request));
            List<Wire.Field> fields = Wire.Read(request);
            uint serial = (uint)Wire.NumberOf(fields, 1);
            Wire.Field body = fields.Last();
            List<Wire.Field> inner = Wire.Read(body.Bytes);
            byte[]? answer = Script?.Invoke(body.Number, inner, serial);
            answer ??= Answer(body.Number, inner, serial);
            if (CutAfter >= 0 && answer.Length > CutAfter)
            {
                _unsent.Add((stream, answer[..CutAfter], -1));
            }
            else
            {
                _unsent.Add((stream, answer, 0));
            }
        }

        return count;
    }

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        _unread.Remove(stream);
        _unsent.RemoveAll(one => one.Stream == stream);
        OpenStreams--;
    }

    public override long Poll(long nowMs)
    {
        for (int i = 0; i < _unsent.Count; i++)
        {
            (Libp2pStream stream, byte[] bytes, int at) = _unsent[i];
            bool cut = at < 0;
            at = cut ? ~at : at;
            at += stream.Write(bytes, at, bytes.Length - at);
            if (at < bytes.Length)
            {
                _unsent[i] = (stream, bytes, cut ? ~at : at);
                break;
            }

            _unsent.RemoveAt(i--);
            if (cut)
            {
                _cut.Add((stream, nowMs + 200));
            }
        }

        foreach ((Libp2pStream stream, long at) in _cut.ToArray())
        {
            if (at <= nowMs)
            {
                _cut.Remove((stream, at));
                stream.Reset();
            }
        }

        return _cut.Count > 0 ? _cut.Min(one => one.At) : long.MaxValue;
    }

    protected override void Register(Node node) => node.RegisterProtocol(PostboxOptions.ProtocolId, this, true);

    private readonly List<(Libp2pStream Stream, long At)> _cut = [];

    private byte[] Answer(int kind, List<Wire.Field> request, uint serial) => kind switch
    {
        2 => AnswerDeposit(request, serial),
        3 => Reply(serial, 9, Wire.Bytes(1, Wire.Number(1, 1))),
        4 => AnswerSync(request, serial),
        5 => AnswerFetch(request, serial),
        6 => AnswerConfigure(request, serial),
        _ => Record == null ? Refuse(serial, 404) : Wire.Delimited([.. Wire.Number(1, serial), .. Wire.Bytes(6, Record)]),
    };

    private byte[] AnswerConfigure(List<Wire.Field> request, uint serial)
    {
        Record = Wire.BytesOf(request, 1) ?? Record;
        return Reply(serial, 7, Wire.Fixed32(7, Now));
    }

    private byte[] AnswerDeposit(List<Wire.Field> request, uint serial)
    {
        Deposits.Add(Wire.BytesOf(request, 15) ?? []);
        return Reply(serial, 8, Wire.Fixed32(1, Now + 86400));
    }

    private byte[] AnswerSync(List<Wire.Field> request, uint serial)
    {
        foreach (Wire.Field field in request.Where(field => field.Number == 1))
        {
            List<Wire.Field> ack = Wire.Read(field.Bytes);
            byte[] name = Wire.BytesOf(ack, 1)!;
            Ack made = new(Convert.ToHexString(name), (int)Wire.NumberOf(ack, 2), Wire.BytesOf(ack, 3));
            OnAck?.Invoke(made);
            Acks.Add(made);
            if (!Keeps)
            {
                Items.RemoveAll(item => item.Name.AsSpan().SequenceEqual(name));
            }
        }

        List<Item> listed = [.. Items.OrderByDescending(item => item.Priority).Skip((int)Wire.NumberOf(request, 6))];
        int limit = (int)Wire.NumberOf(request, 3);
        int budget = (int)Wire.NumberOf(request, 4);
        int attached = 0;
        int bytes = 0;
        while (attached < listed.Count && bytes + listed[attached].Bytes.Length <= budget)
        {
            bytes += listed[attached++].Bytes.Length;
        }

        byte[] mail = [.. Wire.Number(1, (ulong)listed.Count), .. Wire.Number(2, (ulong)listed.Sum(item => item.Bytes.Length))];
        foreach (Item item in listed.Take(limit))
        {
            mail = [.. mail, .. Wire.Bytes(3, [.. Wire.Fixed64(1, item.Name), .. Wire.Number(2, (ulong)item.Bytes.Length),
                .. Wire.Number(3, (ulong)item.Priority), .. item.Tag == null ? [] : Wire.Fixed64(5, item.Tag)])];
        }

        mail = [.. mail, .. Wire.Fixed32(5, Now), .. Wire.Number(6, (ulong)attached)];
        byte[] answer = Reply(serial, 10, mail);
        foreach (Item item in listed.Take(attached))
        {
            answer = [.. answer, .. Piece(serial, item, 0)];
        }

        return answer;
    }

    private byte[] AnswerFetch(List<Wire.Field> request, uint serial)
    {
        List<Wire.Field> want = Wire.Read(request[0].Bytes);
        byte[] name = Wire.BytesOf(want, 1)!;
        Item? item = Items.Find(one => one.Name.AsSpan().SequenceEqual(name));
        return item == null ? Reply(serial, 11, Wire.Fixed64(1, name)) : Piece(serial, item, (int)Wire.NumberOf(want, 2));
    }

    private static byte[] Piece(uint serial, Item item, int offset) =>
        Reply(serial, 11, [.. Wire.Fixed64(1, item.Name), .. Wire.Number(2, (ulong)offset), .. Wire.Number(3, (ulong)item.Bytes.Length),
            .. Wire.Bytes(15, item.Bytes[offset..])]);
}
