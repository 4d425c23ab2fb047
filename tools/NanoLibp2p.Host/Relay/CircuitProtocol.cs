using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>Circuits of a shard's connections, as a relay's client: those that are dialed through it, and those that it brings. Its
/// thread alone uses it.</summary>
internal sealed class CircuitProtocol(Libp2pNode owner, Shard shard) : StreamProtocol
{
    private const int MessageMs = 30_000;
    private const int LingerMs = 5_000;
    private const int SweepMs = 1_000;

    // of one relay, calls that are not finished yet
    private const int MaxCalls = 64;

    private readonly HashSet<End> _ends = [];
    private long _nextSweep;
    private int _hop = -1;
    private bool _isServing;

    /// <summary>Answers a relay's calls from now on.</summary>
    internal bool Serve()
    {
        if (!_isServing)
        {
            _isServing = true;
            Node.RegisterProtocol(RelayMessage.StopId, this, true);
        }

        return true;
    }

    /// <summary>Asks a relay for a circuit; the request has the answer.</summary>
    internal void Dial(ShardConnection relay, PeerId target, CircuitRequest request)
    {
        if (_hop < 0)
        {
            _hop = Node.RegisterProtocol(RelayMessage.HopId, this, false);
        }

        Libp2pStream? stream = relay.End != null ? null : relay.Connection.OpenStream(this, _hop);
        if (stream == null)
        {
            request.Refuse(RelayStatus.None);
            return;
        }

        End end = new(stream, relay, request);
        end.Message.Begin(false);
        end.Deadline = Node.NowMs + MessageMs;
        stream.Tag = end;
        _ends.Add(end);
        byte[] inner = new ProtobufMessage().Bytes(1, target.ToBytes()).ToArray();
        end.Say(new ProtobufMessage().Varint(1, RelayMessage.HopConnect).Bytes(2, inner).ToDelimitedArray());
    }

    /// <summary>A circuit that was asked for is wanted no more.</summary>
    internal void GiveUp(CircuitRequest request)
    {
        foreach (End end in _ends.Where(one => one.Request == request).ToArray())
        {
            end.Stream?.Reset();
        }
    }

    /// <inheritdoc/>
    protected override void Register(Node node)
    {
    }

    /// <inheritdoc/>
    public override void OnOpened(Libp2pStream stream)
    {
        if (stream.IsOutbound)
        {
            return;
        }

        ShardConnection? relay = shard.Find(stream.Connection);
        if (relay == null || _ends.Count(one => one.Relay == relay && !one.IsJoined) >= MaxCalls)
        {
            stream.Reset(ErrorCode.ResourceLimit);
            return;
        }

        End end = new(stream, relay, null);
        end.Message.Begin(true);
        end.Deadline = Node.NowMs + MessageMs;
        stream.Tag = end;
        _ends.Add(end);
    }

    /// <inheritdoc/>
    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        End end = (End)stream.Tag;
        if (end.IsJoined)
        {
            return end.Link.Receive(buffer, offset, count);
        }

        if (end.IsRefused)
        {
            return count;
        }

        int used = end.Message.Receive(buffer, offset, count);
        if (used < 0)
        {
            stream.Reset(ErrorCode.ProtocolViolation);
        }
        else if (end.Message.IsWhole && (end.Request == null ? Accept(end) : Answered(end)) && used < count)
        {
            // what came behind the message in the same record is the circuit's
            end.Link.Receive(buffer, offset + used, count - used);
        }

        return count;
    }

    /// <inheritdoc/>
    public override void OnReadEnd(Libp2pStream stream)
    {
        End end = (End)stream.Tag;
        if (end.IsJoined)
        {
            end.Link.ReceiveEnd();
        }
        else if (end.IsRefused)
        {
            stream.CloseWrite();
        }
        else
        {
            stream.Reset(ErrorCode.ProtocolViolation);
        }
    }

    /// <inheritdoc/>
    public override void OnRoom(Libp2pStream stream)
    {
        End end = (End)stream.Tag;
        end.Write();
        end.Link.Room();
    }

    /// <inheritdoc/>
    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        if (stream.Tag is not End end)
        {
            return;
        }

        _ends.Remove(end);
        end.Code = reset ? stream.ResetCode : ErrorCode.None;
        end.Stream = null;
        if (end.IsJoined)
        {
            end.Link.Ended(reset);
        }

        end.Request?.Refuse((RelayStatus)end.Message.Status);
    }

    /// <inheritdoc/>
    public override long Poll(long nowMs)
    {
        if (nowMs >= _nextSweep && _ends.Count > 0)
        {
            _nextSweep = nowMs + SweepMs;
            foreach (End end in _ends.ToArray())
            {
                if (end.IsJoined && end.Link.IsClosed && end.Deadline == long.MaxValue)
                {
                    // the other end has some time to end its side
                    end.Deadline = nowMs + LingerMs;
                }

                if (nowMs >= end.Deadline)
                {
                    end.Stream?.Reset(end.IsJoined ? ErrorCode.None : ErrorCode.ResourceLimit);
                }
            }
        }

        return long.MaxValue;
    }

    // dialed: false when there is no circuit
    private static bool Answered(End end)
    {
        RelayMessage message = end.Message;
        if (message.Type != RelayMessage.HopStatus || message.Status != (int)RelayStatus.Ok)
        {
            end.Stream!.Reset();
            return false;
        }

        end.Join(message.HasLimit);
        if (!end.Request!.Succeed(new CircuitSource(end)))
        {
            end.Stream!.Reset();
            return false;
        }

        return true;
    }

    // brought by a relay: false when it is refused
    private bool Accept(End end)
    {
        RelayMessage message = end.Message;
        RelayStatus status = message.Type != RelayMessage.StopConnect ? RelayStatus.UnexpectedMessage
            : message.PeerCount == 0 ? RelayStatus.MalformedMessage
            : !RelayService.IsDirect(end.Relay) || !owner.AcceptsFrom(end.Relay.Peer!) ? RelayStatus.PermissionDenied
            : RelayStatus.Ok;
        byte[] answer = new ProtobufMessage().Varint(1, RelayMessage.StopStatus).Varint(4, (ulong)status).ToDelimitedArray();
        if (status != RelayStatus.Ok)
        {
            end.Refuse(answer);
            return false;
        }

        end.Join(message.HasLimit);
        end.Say(answer);
        owner.Adopt(new CircuitSource(end));
        return true;
    }

    /// <summary>This end of a circuit.</summary>
    internal sealed class End(Libp2pStream stream, ShardConnection relay, CircuitRequest? request)
    {
        private byte[]? _unsaid;
        private int _said;

        internal Libp2pStream? Stream { get; set; } = stream;

        internal ShardConnection Relay { get; } = relay;

        /// <summary>Who waits for it; null for one that the relay has brought.</summary>
        internal CircuitRequest? Request { get; } = request;

        internal RelayMessage Message { get; } = new(null);

        internal StreamLink Link { get; } = new() { KeepsCredit = true };

        internal bool IsJoined { get; private set; }

        internal bool IsRefused { get; private set; }

        internal long Deadline { get; set; }

        /// <summary>What the stream was broken off with, one of <see cref="ErrorCode"/>.</summary>
        internal uint Code { get; set; }

        internal void Join(bool isLimited)
        {
            IsJoined = true;
            Deadline = long.MaxValue;
            Link.Begin();
            Link.Open(Stream!, isLimited);
        }

        internal void Refuse(byte[] answer)
        {
            IsRefused = true;
            Say(answer);
            Stream?.CloseWrite();
        }

        internal void Say(byte[] message)
        {
            _unsaid = message;
            _said = 0;
            Write();
        }

        // our message goes before what the connection above says
        internal void Write()
        {
            if (_unsaid == null || Stream == null)
            {
                return;
            }

            _said += Stream.Write(_unsaid, _said, _unsaid.Length - _said);
            if (_said < _unsaid.Length)
            {
                Stream.WaitForRoom();
                return;
            }

            _unsaid = null;
        }
    }
}
