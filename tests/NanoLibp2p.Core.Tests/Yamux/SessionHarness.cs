using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core.Tests.Yamux;

/// <summary>A session alone, with its peer's frames written by hand.</summary>
internal sealed class SessionHarness : YamuxHandler
{
    private readonly YamuxStream[] _streams;

    public SessionHarness(bool initiator, int maxStreams = 4, int sendBytes = 4096)
    {
        _streams = Enumerable.Range(0, maxStreams).Select(_ => new YamuxStream()).ToArray();
        Send = new SendBuffer(sendBytes);
        Session = new YamuxSession(_streams, Send, this);
        Session.Start(initiator);
    }

    public YamuxSession Session { get; }

    public SendBuffer Send { get; }

    /// <summary>What was told, one line each.</summary>
    public List<string> Events { get; } = [];

    /// <summary>All data of all streams, by id.</summary>
    public Dictionary<uint, List<byte>> Received { get; } = [];

    public YamuxStream? LastOpened { get; private set; }

    /// <summary>What OnStreamData does; consumes all when null.</summary>
    public Func<YamuxStream, int, int>? Consume { get; set; }

    public int Feed(params Frame[] frames) => Feed(frames.SelectMany(frame => frame.ToBytes()).ToArray());

    /// <summary>Feeds bytes until all are consumed or none moves.</summary>
    /// <returns>Bytes consumed, or the negative result.</returns>
    public int Feed(byte[] bytes, int pieces = int.MaxValue)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            int used = Session.Receive(bytes, at, Math.Min(pieces, bytes.Length - at));
            if (used < 0)
            {
                return used;
            }
            at += used;
            if (used == 0)
            {
                break;
            }
        }
        return at;
    }

    /// <summary>What the session has written since the last call.</summary>
    public List<Frame> Sent()
    {
        Session.Transmit();
        List<Frame> frames = new();
        if (Send.RecordCount > 0)
        {
            Send.CloseRecord();
        }
        int at = Send.ReadyOffset;
        int end = at + Send.ReadyCount;
        while (at < end)
        {
            frames.Add(Frame.Read(Send.Bytes.AsSpan(at, end - at), out int size));
            at += size;
        }
        Send.Sent(Send.ReadyCount);
        return frames;
    }

    protected override void OnStreamOpened(YamuxStream stream)
    {
        LastOpened = stream;
        Events.Add($"opened {stream.StreamId}");
    }

    protected override int OnStreamData(YamuxStream stream, byte[] buffer, int offset, int count)
    {
        uint id = stream.StreamId;
        int used = Consume?.Invoke(stream, count) ?? count;
        if (!Received.TryGetValue(id, out List<byte>? received))
        {
            Received[id] = received = [];
        }
        received.AddRange(buffer[offset..(offset + used)]);
        return used;
    }

    protected override void OnStreamReadEnd(YamuxStream stream) => Events.Add($"read end {stream.StreamId}");

    protected override void OnStreamClosed(YamuxStream stream, bool reset) =>
        Events.Add($"{(reset ? "reset" : "closed")} {stream.StreamId}");

    protected override void OnPong(uint value) => Events.Add($"pong {value}");

    protected override void OnGoAway(uint code) => Events.Add($"go away {code}");
}
