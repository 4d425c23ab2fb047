using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>A relay's part on one shard: answers RESERVE and CONNECT, and carries the circuits of its connections. Its thread alone uses
/// it.</summary>
internal sealed class HopProtocol(Shard shard) : StreamProtocol
{
    // of one connection, streams on which the circuit is not made
    private const int MaxPending = 32;

    // of a reservation, so that the message stays within what others read
    private const int MaxAddresses = 16;
    private const int MaxAddressBytes = 2048;
    private const int SweepMs = 1000;

    private static readonly byte[] _voucherType = [0x03, 0x02];

    private readonly HashSet<HopSide> _sides = [];
    private readonly List<HopSide> _owing = [];
    private readonly Queue<PeerId> _left = new();
    private int[] _pending = [];
    private long _nextSweep;
    private int _stop;

    /// <summary>Whose it is; another one, once the first has ended.</summary>
    internal required RelayService Service { get; set; }

    internal Shard Shard => shard;

    internal int MessageMs => (int)Service.Options.MessageTime.TotalMilliseconds;

    protected override void Register(Node node)
    {
        node.RegisterProtocol(RelayMessage.HopId, this, true);
        _stop = node.RegisterProtocol(RelayMessage.StopId, this, false);
        _pending = new int[node.Connections.Length];
    }

    /// <inheritdoc/>
    public override void OnDisconnected(Connection connection)
    {
        _left.Enqueue(connection.RemotePeer);
        shard.PollProtocolsSoon();
    }

    /// <inheritdoc/>
    public override void OnOpened(Libp2pStream stream)
    {
        stream.KeepCredit();
        if (stream.IsOutbound)
        {
            return;
        }

        if (_pending[stream.Connection.Index] == MaxPending || Service.IsOver)
        {
            stream.Reset(Service.IsOver ? ErrorCode.ShuttingDown : ErrorCode.ResourceLimit);
            return;
        }

        _pending[stream.Connection.Index]++;
        HopSide side = new(this, false) { Stream = stream, IsPending = true };
        stream.Tag = side;
        _sides.Add(side);
    }

    /// <inheritdoc/>
    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        ((HopSide)stream.Tag).Receive(buffer, offset, count);
        return count;
    }

    /// <inheritdoc/>
    public override void OnReadEnd(Libp2pStream stream) => (stream.Tag as HopSide)?.ReceiveEnd();

    /// <inheritdoc/>
    public override void OnRoom(Libp2pStream stream) => (stream.Tag as HopSide)?.Write();

    /// <inheritdoc/>
    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        if (stream.Tag is HopSide side)
        {
            Settled(side);
            _sides.Remove(side);
            side.Closed(reset);
        }
    }

    /// <inheritdoc/>
    public override long Poll(long nowMs)
    {
        while (_left.TryDequeue(out PeerId? peer))
        {
            Service.Left(peer);
        }

        for (int i = _owing.Count - 1; i >= 0; i--)
        {
            if (!_owing[i].GiveOwed(nowMs))
            {
                _owing.RemoveAt(i);
            }
        }

        if (nowMs >= _nextSweep)
        {
            _nextSweep = nowMs + SweepMs;
            foreach (HopSide side in _sides.ToArray())
            {
                side.CheckClock(nowMs);
            }
        }

        return _owing.Count > 0 ? nowMs + HopSide.RateStepMs : long.MaxValue;
    }

    /// <summary>Breaks off everything: the service has ended.</summary>
    internal void Stop()
    {
        foreach (HopSide side in _sides.ToArray())
        {
            side.Break(ErrorCode.ShuttingDown);
        }
    }

    /// <summary>A stream's credit is given back by the clock.</summary>
    internal void Owes(HopSide side) => _owing.Add(side);

    /// <summary>Takes a request.</summary>
    internal void Take(HopSide side, RelayMessage message)
    {
        ShardConnection? connection = shard.Find(side.Stream!.Connection);
        if (connection == null)
        {
            side.Break();
            return;
        }

        side.WantsCircuit = message.Type == RelayMessage.HopConnect;
        switch (message.Type)
        {
            case RelayMessage.HopReserve or RelayMessage.HopConnect when !RelayService.IsDirect(connection):
                if (!side.WantsCircuit)
                {
                    Service.Metrics.ReservationHandled(RelayStatus.PermissionDenied);
                }

                side.Answer(RelayStatus.PermissionDenied);
                break;
            case RelayMessage.HopReserve:
                Reserve(side, connection);
                break;
            case RelayMessage.HopConnect:
                Connect(side, connection, message);
                break;
            default:
                side.Answer(RelayStatus.UnexpectedMessage);
                break;
        }
    }

    /// <summary>On the target's shard: opens the stream to it. False when it can't.</summary>
    internal bool Call(HopSide stop, ShardConnection target, Circuit circuit)
    {
        Libp2pStream? stream = target.End != null || Service.IsOver ? null : target.Connection.OpenStream(this, _stop);
        if (stream == null)
        {
            return false;
        }

        stream.Tag = stop;
        stop.Stream = stream;
        _sides.Add(stop);
        ProtobufMessage call = new ProtobufMessage().Varint(1, RelayMessage.StopConnect)
            .Bytes(2, new ProtobufMessage().Bytes(1, circuit.From.ToBytes()).ToArray());
        AddLimit(call, 3, circuit.Seconds, circuit.Bytes);
        stop.Say(call);
        return true;
    }

    /// <summary>A limit of time and bytes, where there is one.</summary>
    internal static void AddLimit(ProtobufMessage message, int field, uint seconds, long bytes)
    {
        if (seconds > 0 || bytes > 0)
        {
            message.Bytes(field, new ProtobufMessage().Varint(1, seconds).Varint(2, (ulong)bytes).ToArray());
        }
    }

    /// <summary>A stream has its circuit, or its answer: it is one of those that wait no more.</summary>
    internal void Settled(HopSide side)
    {
        if (side.IsPending)
        {
            side.IsPending = false;
            _pending[side.Stream!.Connection.Index]--;
        }
    }

    private void Reserve(HopSide side, ShardConnection connection)
    {
        RelayStatus status = Service.Reserve(connection, out DateTimeOffset expires, out bool isSensor);
        Service.Metrics.ReservationHandled(status);
        if (status != RelayStatus.Ok)
        {
            side.Answer(status);
            return;
        }

        ulong unix = (ulong)expires.ToUnixTimeSeconds();
        PeerId own = Node.Identity.PeerId;
        byte[] voucher = new ProtobufMessage().Bytes(1, own.ToBytes()).Bytes(2, connection.Peer!.ToBytes()).Varint(3, unix).ToArray();
        ProtobufMessage reservation = new ProtobufMessage().Varint(1, unix);
        int bytes = 0;
        IEnumerable<Multiaddr> direct = Service.Node.AnnouncedAddresses.Where(one => !one.Has(MultiaddrProtocol.P2pCircuit));
        foreach (Multiaddr address in direct.Take(MaxAddresses))
        {
            byte[] one = address.ToBytes();
            bytes += one.Length;
            if (bytes <= MaxAddressBytes)
            {
                reservation.Bytes(2, one);
            }
        }

        reservation.Bytes(3, SignedEnvelope.Seal(Node.Identity, Node.Crypto, "libp2p-relay-rsvp", _voucherType, voucher).Bytes.Span);
        ProtobufMessage answer = new ProtobufMessage().Varint(1, RelayMessage.HopStatus).Bytes(3, reservation.ToArray());
        RelayServiceOptions options = Service.Options;
        AddLimit(answer, 4, isSensor ? 0 : (uint)options.CircuitTime.TotalSeconds, isSensor ? 0 : options.CircuitBytes);
        side.Answer(answer.Varint(5, (ulong)RelayStatus.Ok));
    }

    private void Connect(HopSide side, ShardConnection connection, RelayMessage message)
    {
        if (PeerId.CheckBytes(message.Kept, 0, message.PeerCount) != 0)
        {
            side.Answer(RelayStatus.MalformedMessage);
            return;
        }

        PeerId to = PeerId.FromBytes(message.Kept, 0, message.PeerCount);
        PeerId from = connection.Peer!;
        if (to.Equals(from) || Node.Buffers is { IsShort: true } || shard.Budget.IsExceeded)
        {
            side.Answer(to.Equals(from) ? RelayStatus.ConnectionFailed : RelayStatus.ResourceLimitExceeded);
            return;
        }

        RelayStatus status = Service.Connect(from, to, out ShardConnection? target, out Circuit? circuit);
        HopProtocol? there = status == RelayStatus.Ok ? Service.Node.HopOf(target!.Shard) : null;
        if (there == null)
        {
            circuit?.EndOne();
            circuit?.EndOne();
            side.Answer(status == RelayStatus.Ok ? RelayStatus.ConnectionFailed : status);
            return;
        }

        HopSide stop = new(there, true) { Connection = target, Circuit = circuit };
        side.Connection = connection;
        side.Circuit = circuit;
        side.Pair(stop);
        stop.Tell(HopSide.Mail.Call);
    }
}
