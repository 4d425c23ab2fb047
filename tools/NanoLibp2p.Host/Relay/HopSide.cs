using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>One of the two streams of a circuit: that of the peer that dials (hop), or that to the peer with the reservation
/// (stop).</summary>
/// <remarks>
/// <code>
///   hop:   Reading --RESERVE, or refused--> Answered
///             |--CONNECT--> Waiting --stop joined--> Joined
///   stop:  Calling --STATUS OK--> Joined
/// </code>
/// All that a stream brings is consumed, and written to the other one at once as far as there is room; the rest waits in
/// <see cref="_queue"/> of the other. Credit is given back only for what was written, so what waits is at most a window; it counts among
/// what the connection keeps that does not take it (<see cref="HeldBytes"/>), and so in its shard's budget. The two may live on two shards:
/// then everything that one has for the other goes through <see cref="_inbox"/>.
/// </remarks>
internal sealed class HopSide : IShardWork
{
    /// <summary>How often credit is given back where there is a rate, in milliseconds.</summary>
    internal const int RateStepMs = 50;

    private const int MaxChunk = 16 * 1024;

    private readonly bool _isStop;
    private readonly ConcurrentQueue<Letter> _inbox = new();
    private readonly Queue<Chunk> _queue = new();
    private RelayMessage? _message;
    private Chunk? _last;
    private HopSide? _other;
    private bool _isSameShard;
    private State _state;
    private byte[]? _control;
    private int _controlAt;
    private bool _endsAfter;
    private bool _isBroken;
    private bool _isOver;
    private uint _code;
    private long _deadline;
    private long _received;
    private long _owed;
    private long _tokens;
    private long _tokensAt;
    private bool _isOwing;
    private int _isPosted;

    internal HopSide(HopProtocol protocol, bool isStop)
    {
        Protocol = protocol;
        _isStop = isStop;
        _state = isStop ? State.Calling : State.Reading;
        _message = new RelayMessage(new byte[PeerId.MaxBytes]);
        _message.Begin(isStop);
        _deadline = protocol.Node.NowMs + protocol.MessageMs;
    }

    private enum State
    {
        /// <summary>Hop: for the request.</summary>
        Reading,

        /// <summary>Hop: for the stop side to be joined.</summary>
        Waiting,

        /// <summary>Stop: for the answer to the CONNECT.</summary>
        Calling,

        /// <summary>The circuit is there.</summary>
        Joined,

        /// <summary>Hop: the answer is written, and there is no circuit.</summary>
        Answered,
    }

    /// <summary>What one side tells the other.</summary>
    internal enum Mail
    {
        /// <summary>To stop: open the stream to the target.</summary>
        Call,

        /// <summary>To hop: the target has agreed.</summary>
        Joined,

        /// <summary>To hop: it has not.</summary>
        Refused,

        /// <summary>Bytes to write.</summary>
        Data,

        /// <summary>So many bytes were written.</summary>
        Credit,

        /// <summary>No more bytes come.</summary>
        End,

        /// <summary>The other stream was broken off.</summary>
        Reset,
    }

    internal HopProtocol Protocol { get; }

    /// <summary>Null before it is opened, and once it is over.</summary>
    internal Libp2pStream? Stream { get; set; }

    /// <summary>Whose stream it is: what waits for the stream is kept for it. Of hop null before there is a circuit.</summary>
    internal ShardConnection? Connection { get; set; }

    internal Circuit? Circuit { get; set; }

    /// <summary>Counted among the streams of its connection that have no circuit yet.</summary>
    internal bool IsPending { get; set; }

    /// <inheritdoc/>
    void IShardWork.Run(Shard shard)
    {
        Interlocked.Exchange(ref _isPosted, 0);
        while (_inbox.TryDequeue(out Letter letter))
        {
            Take(letter);
        }
    }

    /// <inheritdoc/>
    void IShardWork.Abandon()
    {
    }

    /// <summary>Makes this, the hop side, and a stop side the two of a circuit.</summary>
    internal void Pair(HopSide stop)
    {
        _other = stop;
        stop._other = this;
        _isSameShard = stop._isSameShard = stop.Protocol.Shard == Protocol.Shard;
        _state = State.Waiting;

        // for the opening of the stream, and then for the target's answer
        _deadline = Protocol.Node.NowMs + (2L * Protocol.MessageMs);
    }

    /// <summary>Tells this side something, from the other one.</summary>
    internal void Tell(Mail mail, int count = 0, Chunk? chunk = null)
    {
        Letter letter = new(mail, count, chunk);
        if (_isSameShard)
        {
            Take(letter);
            return;
        }

        _inbox.Enqueue(letter);
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            Protocol.Shard.Post(this);
        }
    }

    /// <summary>Takes what its stream has brought: all of it.</summary>
    internal void Receive(byte[] buffer, int offset, int count)
    {
        if (_state is State.Reading or State.Calling)
        {
            int used = _message!.Receive(buffer, offset, count);
            if (used < 0)
            {
                Stream!.GiveCredit(count);
                Malformed();
                return;
            }

            Stream!.GiveCredit(used);
            if (!_message.IsWhole)
            {
                return;
            }

            RelayMessage message = _message;
            _message = null;
            if (_isStop)
            {
                TakeAnswer(message);
            }
            else
            {
                Protocol.Take(this, message);
            }

            // what came behind the message belongs to the circuit
            offset += used;
            count -= used;
        }

        if (count == 0 || Stream == null)
        {
            return;
        }

        if (_state == State.Answered)
        {
            Stream.GiveCredit(count);
            return;
        }

        Carry(buffer, offset, count);
    }

    /// <summary>Its peer sends no more.</summary>
    internal void ReceiveEnd()
    {
        if (_state is State.Joined or State.Waiting)
        {
            _other!.Tell(Mail.End);
        }
        else if (_state != State.Answered)
        {
            // within its message
            Break(ErrorCode.ProtocolViolation);
        }
    }

    /// <summary>Its stream is over.</summary>
    internal void Closed(bool reset)
    {
        Stream = null;
        Drop();
        if (_other != null)
        {
            if (reset || _state is State.Calling or State.Waiting)
            {
                _other.Tell(_state == State.Calling && !_isBroken ? Mail.Refused : Mail.Reset, (int)_code);
            }

            Circuit!.EndOne();
        }
    }

    /// <summary>Breaks its stream off, and so the other one; each peer hears the code.</summary>
    internal void Break(uint code = ErrorCode.None)
    {
        _code = code;
        Stream?.Reset(code);
    }

    /// <summary>Writes a message of our own, before all that waits.</summary>
    internal void Say(ProtobufMessage message)
    {
        _control = message.ToDelimitedArray();
        _controlAt = 0;
        Write();
    }

    /// <summary>Hop: whether it has asked for a circuit.</summary>
    internal bool WantsCircuit { get; set; }

    /// <summary>Hop: answers that there is no circuit.</summary>
    internal void Answer(RelayStatus status)
    {
        if (WantsCircuit)
        {
            Protocol.Service.Metrics.ConnectionHandled(status);
        }

        Answer(new ProtobufMessage().Varint(1, RelayMessage.HopStatus).Varint(5, (ulong)status));
    }

    /// <summary>Hop: answers, and ends the stream behind it.</summary>
    internal void Answer(ProtobufMessage message)
    {
        _state = State.Answered;
        _endsAfter = true;
        _deadline = Protocol.Node.NowMs + Protocol.MessageMs;
        Protocol.Settled(this);
        Say(message);
    }

    /// <summary>Writes as much of what waits as there is room for.</summary>
    internal void Write()
    {
        if (Stream == null)
        {
            return;
        }

        if (_control != null)
        {
            _controlAt += Stream.Write(_control, _controlAt, _control.Length - _controlAt);
            if (_controlAt < _control.Length)
            {
                Stream.WaitForRoom();
                return;
            }

            _control = null;
        }

        int written = 0;
        while (_state == State.Joined && _queue.TryPeek(out Chunk? chunk))
        {
            int taken = Stream.Write(chunk.Buffer, chunk.Start, chunk.End - chunk.Start);
            chunk.Start += taken;
            written += taken;
            if (chunk.Start < chunk.End)
            {
                Stream.WaitForRoom();
                break;
            }

            _queue.Dequeue();
            _last = chunk == _last ? null : _last;
            Return(chunk);
        }

        if (written > 0)
        {
            _other!.Tell(Mail.Credit, written);
        }

        if (_endsAfter && _queue.Count == 0 && _state is State.Joined or State.Answered && Stream != null)
        {
            _endsAfter = false;
            Stream.CloseWrite();
        }
    }

    /// <summary>Gives back as much of the credit as its rate allows.</summary>
    /// <returns>False when nothing is owed any more.</returns>
    internal bool GiveOwed(long nowMs)
    {
        int rate = Circuit!.Rate;
        if (rate > 0)
        {
            _tokens = Math.Min(rate, _tokens + (rate * (nowMs - _tokensAt) / 1000));
            _tokensAt = nowMs;
        }

        long given = rate > 0 ? Math.Min(_owed, _tokens) : _owed;
        _tokens -= rate > 0 ? given : 0;
        _owed -= given;
        if (given > 0)
        {
            Stream?.GiveCredit((int)given);
        }

        _isOwing = _owed > 0 && Stream != null;
        return _isOwing;
    }

    /// <summary>About once a second.</summary>
    internal void CheckClock(long nowMs)
    {
        if (nowMs >= _deadline)
        {
            Break(ErrorCode.ResourceLimit);
        }
    }

    private void Take(Letter letter)
    {
        switch (letter.Mail)
        {
            case Mail.Call:
                if (_isBroken || !Protocol.Call(this, Connection!, Circuit!))
                {
                    Drop();
                    Circuit!.EndOne();
                    _other!.Tell(Mail.Refused);
                }

                break;
            case Mail.Joined:
                Join();
                break;
            case Mail.Refused:
                if (_state == State.Waiting)
                {
                    Answer(RelayStatus.ConnectionFailed);
                }

                break;
            case Mail.Data:
                TakeChunk(letter.Chunk!);
                break;
            case Mail.Credit:
                Passed(letter.Count);
                break;
            case Mail.End:
                _endsAfter = true;
                Write();
                break;
            case Mail.Reset:
                _isBroken = true;
                Break((uint)letter.Count);
                break;
        }
    }

    // from the other shard; what waits is put together, as the pool's arrays may be of twice the bytes, and as small ones would be many
    private void TakeChunk(Chunk chunk)
    {
        if (_isOver)
        {
            Return(chunk);
        }
        else if (_last != null)
        {
            Keep(chunk.Buffer, 0, chunk.End);
            Return(chunk);
        }
        else
        {
            _queue.Enqueue(chunk);
            _last = chunk;
            Write();
        }
    }

    // from any thread, as Return: the bytes of one side are rented by the other
    private Chunk Rent(int bytes)
    {
        Chunk chunk = new(ArrayPool<byte>.Shared.Rent(bytes));
        Connection!.Held.Add(chunk.Buffer.Length);
        return chunk;
    }

    private void Return(Chunk chunk)
    {
        Connection!.Held.Remove(chunk.Buffer.Length);
        ArrayPool<byte>.Shared.Return(chunk.Buffer);
    }

    // no stream takes what waits, or will wait
    private void Drop()
    {
        _isOver = true;
        _last = null;
        while (_queue.TryDequeue(out Chunk? chunk))
        {
            Return(chunk);
        }
    }

    private void TakeAnswer(RelayMessage message)
    {
        if (message.Type != RelayMessage.StopStatus || message.Status != (int)RelayStatus.Ok)
        {
            // it hears nothing more, and the caller that it was refused
            Break();
            return;
        }

        _state = State.Joined;
        _deadline = long.MaxValue;
        _other!.Tell(Mail.Joined);
        Write();
    }

    // hop: the target has agreed
    private void Join()
    {
        if (Stream == null || _state != State.Waiting)
        {
            return;
        }

        Circuit circuit = Circuit!;
        _state = State.Joined;
        circuit.Open();
        _deadline = circuit.Seconds == 0 ? long.MaxValue : Protocol.Node.NowMs + (1000L * circuit.Seconds);
        Protocol.Settled(this);
        ProtobufMessage answer = new ProtobufMessage().Varint(1, RelayMessage.HopStatus);
        HopProtocol.AddLimit(answer, 4, circuit.Seconds, circuit.Bytes);
        Say(answer.Varint(5, (ulong)RelayStatus.Ok));
    }

    private void Malformed()
    {
        if (_isStop)
        {
            Break(ErrorCode.ProtocolViolation);
        }
        else
        {
            Answer(RelayStatus.MalformedMessage);
        }
    }

    private void Carry(byte[] buffer, int offset, int count)
    {
        HopSide other = _other!;
        _received += count;
        if (Circuit!.Bytes > 0 && _received > Circuit.Bytes)
        {
            Break(ErrorCode.ResourceLimit);
            return;
        }

        Circuit.Count(count);
        if (_isSameShard)
        {
            int taken = other.WriteThrough(buffer, offset, count);
            if (taken > 0)
            {
                Passed(taken);
            }

            if (taken < count)
            {
                other.Keep(buffer, offset + taken, count - taken);
            }
        }
        else
        {
            while (count > 0)
            {
                int piece = Math.Min(count, MaxChunk);
                Chunk chunk = other.Rent(piece);
                chunk.End = piece;
                Array.Copy(buffer, offset, chunk.Buffer, 0, piece);
                other.Tell(Mail.Data, 0, chunk);
                offset += piece;
                count -= piece;
            }
        }
    }

    // at once, from one record to the other
    private int WriteThrough(byte[] buffer, int offset, int count)
        => _state == State.Joined && _queue.Count == 0 && _control == null && Stream != null ? Stream.Write(buffer, offset, count) : 0;

    private void Keep(byte[] buffer, int offset, int count)
    {
        if (_isBroken || _isOver)
        {
            return;
        }

        while (count > 0)
        {
            if (_last == null || _last.End == _last.Buffer.Length)
            {
                _last = Rent(MaxChunk);
                _queue.Enqueue(_last);
            }

            int piece = Math.Min(count, _last.Buffer.Length - _last.End);
            Array.Copy(buffer, offset, _last.Buffer, _last.End, piece);
            _last.End += piece;
            offset += piece;
            count -= piece;
        }

        if (_state == State.Joined)
        {
            Stream!.WaitForRoom();
        }
    }

    // the other side has written so many bytes of ours
    private void Passed(int count)
    {
        if (Stream == null)
        {
            return;
        }

        _owed += count;
        if (Circuit!.Rate == 0)
        {
            GiveOwed(0);
        }
        else if (!_isOwing)
        {
            _isOwing = true;
            _tokensAt = _tokensAt == 0 ? Protocol.Node.NowMs : _tokensAt;
            Protocol.Owes(this);
            Protocol.Shard.PollProtocolsSoon();
        }
    }

    /// <summary>Bytes that wait.</summary>
    internal sealed class Chunk(byte[] buffer)
    {
        internal byte[] Buffer { get; } = buffer;

        internal int Start { get; set; }

        internal int End { get; set; }
    }

    private readonly record struct Letter(Mail Mail, int Count, Chunk? Chunk);
}
