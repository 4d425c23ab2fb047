using System;
using System.Collections.Generic;
using NanoLibp2p.Core;

namespace NanoLibp2p.Relay.Tests;

/// <summary>Sends back what it gets; on streams of its own it sends a number of bytes and counts those that come back right.</summary>
internal sealed class EchoProtocol : StreamProtocol
{
    private readonly Dictionary<Libp2pStream, Pending> _streams = [];
    private readonly byte[] _pattern = new byte[4096];
    private int _id;

    /// <summary>Takes nothing any more.</summary>
    public bool IsDeaf { get; set; }

    public long Returned { get; private set; }

    public bool IsWrong { get; private set; }

    public int Closed { get; private set; }

    protected override void Register(Node node)
    {
        _id = node.RegisterProtocol("/test/echo", this, true);
        for (int i = 0; i < _pattern.Length; i++)
        {
            _pattern[i] = (byte)(i * 7 + (i >> 8));
        }
    }

    public Libp2pStream Send(Connection connection, long bytes)
    {
        Libp2pStream stream = connection.OpenStream(this, _id)!;
        _streams[stream] = new Pending { Left = bytes };
        return stream;
    }

    public override void OnOpened(Libp2pStream stream)
    {
        if (!stream.IsOutbound)
        {
            _streams[stream] = new Pending();
        }
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        if (IsDeaf)
        {
            return 0;
        }

        Pending pending = _streams[stream];
        if (stream.IsOutbound)
        {
            for (int i = 0; i < count; i++)
            {
                IsWrong |= buffer[offset + i] != _pattern[(int)((pending.Read + i) % _pattern.Length)];
            }

            pending.Read += count;
            Returned += count;
            return count;
        }

        pending.Unsent.AddRange(buffer.AsSpan(offset, count));
        return count;
    }

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        _streams.Remove(stream);
        Closed++;
    }

    public override long Poll(long nowMs)
    {
        bool waits = false;
        foreach ((Libp2pStream stream, Pending pending) in _streams)
        {
            while (pending.Left > 0)
            {
                int at = (int)(pending.Written % _pattern.Length);
                int written = stream.Write(_pattern, at, (int)Math.Min(pending.Left, _pattern.Length - at));
                pending.Written += written;
                pending.Left -= written;
                if (written == 0)
                {
                    break;
                }
            }

            byte[] unsent = [.. pending.Unsent];
            pending.Unsent.RemoveRange(0, stream.Write(unsent, 0, unsent.Length));
            waits |= pending.Left > 0 || pending.Unsent.Count > 0;
        }

        return waits ? nowMs + 5 : long.MaxValue;
    }

    private sealed class Pending
    {
        public long Left { get; set; }

        public long Written { get; set; }

        public long Read { get; set; }

        public List<byte> Unsent { get; } = [];
    }
}
