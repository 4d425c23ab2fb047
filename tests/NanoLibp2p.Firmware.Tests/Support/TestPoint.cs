using System;
using System.Collections.Generic;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>A rendezvous point for tests: answers by script, in pieces of any size.</summary>
internal sealed class TestPoint : StreamProtocol
{
    private readonly Dictionary<Libp2pStream, byte[]> _waiting = [];

    /// <summary>What a question is answered with, by its number from 0 on; null for nothing.</summary>
    public Func<int, byte[]?> Answer { get; set; } = _ => Found();

    /// <summary>Bytes of each piece that is written.</summary>
    public int PieceBytes { get; set; } = int.MaxValue;

    /// <summary>Questions as they came, behind their lengths.</summary>
    public List<byte[]> Questions { get; } = [];

    protected override void Register(Node node) => node.RegisterProtocol("/rendezvous/1.0.0", this, true);

    /// <summary>An answer with registrations.</summary>
    public static byte[] Found(params byte[][] registrations) => Found(0, [], registrations);

    /// <summary>An answer with a status, a cookie and registrations.</summary>
    public static byte[] Found(ulong status, byte[] cookie, params byte[][] registrations)
    {
        ProtobufMessage answer = new();
        foreach (byte[] registration in registrations)
        {
            answer.Bytes(1, registration);
        }

        answer.Bytes(2, cookie).Varint(3, status).Bytes(4, "text"u8);
        return new ProtobufMessage().Varint(1, 4).Message(6, answer).ToDelimitedArray();
    }

    /// <summary>A registration of a peer at addresses, in the envelope that the peer would have signed.</summary>
    public static byte[] Registration(byte[] id, params byte[][] addresses)
    {
        ProtobufMessage record = new ProtobufMessage().Bytes(1, id).Varint(2, 7);
        foreach (byte[] address in addresses)
        {
            record.Message(3, new ProtobufMessage().Bytes(1, address));
        }

        return Enveloped(record.ToArray());
    }

    /// <summary>A registration with anything in the place of its record.</summary>
    public static byte[] Enveloped(byte[] record)
    {
        ProtobufMessage envelope = new ProtobufMessage().Bytes(1, new byte[36]).Bytes(2, [3, 1]).Bytes(3, record).Bytes(5, new byte[64]);
        return new ProtobufMessage().Bytes(1, "somewhere"u8).Message(2, envelope).Varint(3, 7200).ToArray();
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        byte[] question = new byte[count];
        Array.Copy(buffer, offset, question, 0, count);
        if (Answer(Questions.Count) is { } answer)
        {
            _waiting[stream] = answer;
        }

        Questions.Add(question);
        return count;
    }

    public override void OnReadEnd(Libp2pStream stream)
    {
    }

    public override void OnClosed(Libp2pStream stream, bool reset) => _waiting.Remove(stream);

    public override long Poll(long nowMs)
    {
        foreach (Libp2pStream stream in new List<Libp2pStream>(_waiting.Keys))
        {
            byte[] answer = _waiting[stream];
            int piece = Math.Min(PieceBytes, answer.Length - stream.Progress);
            stream.Progress += stream.Write(answer, stream.Progress, piece);
            if (stream.Progress == answer.Length)
            {
                stream.CloseWrite();
                _waiting.Remove(stream);
            }
        }

        return _waiting.Count > 0 ? nowMs + 1 : long.MaxValue;
    }
}
