using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;

namespace NanoLibp2p.Relay.Tests;

/// <summary>
/// A relay for tests: answers by script and passes bytes on, all of them, whatever the rules. What it says can be changed while it runs.
/// </summary>
internal sealed class TestHop : StreamProtocol
{
    public const int Reserve = 0;
    public const int Connect = 1;
    public const int Status = 2;

    private readonly List<Side> _sides = [];
    private int _stop;

    /// <summary>What RESERVE is answered with; null for nothing.</summary>
    public Func<byte[]?> Reservation { get; set; } = () => Wire.Hop(Status, 100, expire: 4_000_000_000);

    /// <summary>What CONNECT is answered with in place of a circuit; null for the circuit.</summary>
    public byte[]? Refusal { get; set; }

    /// <summary>The limit that comes with circuits.</summary>
    public (uint Seconds, ulong Bytes)? Limit { get; set; }

    /// <summary>What goes out behind STATUS OK, in the same write.</summary>
    public byte[] Behind { get; set; } = [];

    /// <summary>What the target is told in place of a CONNECT; null for that.</summary>
    public byte[]? Call { get; set; }

    /// <summary>Whether it ends its side of a stream behind an answer.</summary>
    public bool EndsStreams { get; set; } = true;

    public int Reservations { get; private set; }

    public int Connects { get; private set; }

    /// <summary>Bytes that it has passed on.</summary>
    public long Passed { get; private set; }

    /// <summary>Statuses that targets have answered.</summary>
    public List<int> Answers { get; } = [];

    /// <summary>Streams to targets that are open, or were broken off.</summary>
    public int OpenStops => _sides.Count(side => side.IsStop && side.Stream != null);

    public int BrokenStops { get; private set; }

    protected override void Register(Node node)
    {
        node.RegisterProtocol("/libp2p/circuit/relay/0.2.0/hop", this, true);
        _stop = node.RegisterProtocol("/libp2p/circuit/relay/0.2.0/stop", this, false);
    }

    /// <summary>Opens a stream to a client as if somebody had called it.</summary>
    public Libp2pStream OpenStop(Connection client, byte[] message)
    {
        Libp2pStream stream = client.OpenStream(this, _stop)!;
        Side side = new(stream) { IsStop = true };
        side.Message.Begin(true);
        stream.Tag = side;
        _sides.Add(side);
        side.Send(message);
        return stream;
    }

    public override void OnOpened(Libp2pStream stream)
    {
        if (!stream.IsOutbound)
        {
            Side side = new(stream);
            side.Message.Begin(false);
            stream.Tag = side;
            _sides.Add(side);
        }
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        Side side = (Side)stream.Tag;
        if (side.Message.IsWhole)
        {
            Pass(side, buffer.AsSpan(offset, count));
            return count;
        }

        int used = side.Message.Receive(buffer, offset, count);
        Assert.True(used >= 0, "a client has sent what is no message");
        if (side.Message.IsWhole)
        {
            Take(side);
            Pass(side, buffer.AsSpan(offset + used, count - used));
        }

        return count;
    }

    public override void OnReadEnd(Libp2pStream stream)
    {
        Side side = (Side)stream.Tag;
        if (side.Other != null)
        {
            side.Other.EndAfter = true;
        }
        else if (EndsStreams)
        {
            side.EndAfter = true;
        }
    }

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        if (stream.Tag is Side side)
        {
            BrokenStops += reset && side.IsStop ? 1 : 0;
            side.Stream = null;
            _sides.Remove(side);
            if (reset)
            {
                side.Other?.Stream?.Reset();
            }
        }
    }

    public override long Poll(long nowMs)
    {
        bool waits = false;
        for (int i = _sides.Count - 1; i >= 0; i--)
        {
            Side side = _sides[i];
            side.Write();
            waits |= side.HasUnsent;
        }

        return waits ? nowMs + 5 : long.MaxValue;
    }

    private void Take(Side side)
    {
        RelayMessage message = side.Message;
        if (side.IsStop)
        {
            Answers.Add(message.Status);
            if (message.Status == 100 && message.Type == 1)
            {
                side.Other?.Send([.. Wire.Hop(Status, 100, limit: Limit), .. Behind]);
            }
            else
            {
                side.Other?.Send(Wire.Hop(Status, 203));
                side.Other = null;
            }
        }
        else if (message.Type == Reserve)
        {
            Reservations++;
            if (Reservation() is { } answer)
            {
                side.Send(answer);
                side.EndAfter = EndsStreams;
            }
        }
        else
        {
            Connects++;
            byte[] target = message.Kept.AsSpan(0, message.PeerCount).ToArray();
            Connection? there = Node.Connections.FirstOrDefault(one => one.IsOpen
                && one.RemoteId.AsSpan(0, one.RemoteIdCount).SequenceEqual(target));
            if (Refusal != null || there == null)
            {
                side.Send(Refusal ?? Wire.Hop(Status, 204));
                side.EndAfter = true;
                return;
            }

            byte[] from = side.Stream!.Connection.RemotePeer.ToBytes();
            Libp2pStream stop = OpenStop(there, Call ?? Wire.Stop(0, peer: from, limit: Limit));
            side.Other = (Side)stop.Tag;
            side.Other.Other = side;
        }
    }

    private void Pass(Side from, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && from.Other != null)
        {
            Passed += bytes.Length;
            from.Other.Send(bytes);
        }
    }

    private sealed class Side(Libp2pStream stream)
    {
        // never more than two windows wait, whoever is deaf
        private byte[] _unsent = new byte[4096];
        private int _count;

        public Libp2pStream? Stream { get; set; } = stream;

        public RelayMessage Message { get; } = new(new byte[44]);

        public bool IsStop { get; init; }

        public bool EndAfter { get; set; }

        public Side? Other { get; set; }

        public bool HasUnsent => Stream != null && (_count > 0 || EndAfter);

        public void Send(ReadOnlySpan<byte> bytes)
        {
            if (_count + bytes.Length > _unsent.Length)
            {
                Array.Resize(ref _unsent, 2 * (_count + bytes.Length));
            }

            bytes.CopyTo(_unsent.AsSpan(_count));
            _count += bytes.Length;
            Write();
        }

        public void Write()
        {
            if (Stream == null)
            {
                return;
            }

            if (_count > 0)
            {
                int written = Stream.Write(_unsent, 0, _count);
                _count -= written;
                Array.Copy(_unsent, written, _unsent, 0, _count);
            }

            if (_count == 0 && EndAfter)
            {
                EndAfter = false;
                Stream.CloseWrite();
            }
        }
    }
}
