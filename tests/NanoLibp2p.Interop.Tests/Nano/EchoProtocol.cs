using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using NanoLibp2p.Core;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Both sides of a protocol where everything comes back until the client half-closes.</summary>
/// <param name="id">The protocol's id.</param>
internal sealed class EchoProtocol(string id) : StreamProtocol
{
    private readonly List<Call> _calls = [];
    private readonly List<Answer> _answers = [];
    private int _protocol;

    /// <summary>The most streams that were open at the same time, either way.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Opens a stream, sends the payload and compares what comes back.</summary>
    public Task Start(Connection connection, byte[] payload)
    {
        Libp2pStream? stream = connection.OpenStream(this, _protocol);
        if (stream == null)
        {
            return Task.FromException(new NanoPeerException("no stream left for an echo"));
        }

        Call call = new(stream, payload);
        stream.Tag = call;
        _calls.Add(call);
        return call.Done.Task;
    }

    protected override void Register(Node node) => _protocol = node.RegisterProtocol(id, this, true);

    public override void OnOpened(Libp2pStream stream) => MostAtOnce = Math.Max(MostAtOnce, stream.Connection.OpenStreams);

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        if (stream.Tag is not Call call)
        {
            Echo(stream, buffer, offset, count);
            return count;
        }

        if (count > call.Payload.Length - call.Received
            || !buffer.AsSpan(offset, count).SequenceEqual(call.Payload.AsSpan(call.Received, count)))
        {
            call.Done.TrySetException(new NanoPeerException($"the echo of {call.Payload.Length} bytes differs after {call.Received}"));
            stream.Reset();
            return count;
        }

        call.Received += count;
        return count;
    }

    public override void OnReadEnd(Libp2pStream stream)
    {
        if (stream.Tag is Answer answer)
        {
            answer.IsWhole = true;
            return;
        }

        if (stream.Tag is Call call && call.Received == call.Payload.Length)
        {
            call.Done.TrySetResult();
        }

        stream.CloseWrite();
    }

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        if (stream.Tag is Answer answer)
        {
            _answers.Remove(answer);
        }

        if (stream.Tag is Call call)
        {
            _calls.Remove(call);
            call.Done.TrySetException(
                new NanoPeerException($"the echo stream ended with {call.Received} of {call.Payload.Length} bytes back"));
        }
    }

    public override long Poll(long nowMs)
    {
        foreach (Call call in _calls)
        {
            if (call.Sent < call.Payload.Length)
            {
                call.Sent += call.Stream.Write(call.Payload, call.Sent, call.Payload.Length - call.Sent);
                if (call.Sent == call.Payload.Length)
                {
                    call.Stream.CloseWrite();
                }
            }
        }

        // a stream may close, and leave the list, by its last byte
        foreach (Answer answer in _answers.ToArray())
        {
            answer.Continue();
        }

        return long.MaxValue;
    }

    // What finds no room now is kept: if it held the connection back, the window update that makes room would wait behind it
    // (StreamProtocol.OnData).
    private void Echo(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        Answer? answer = stream.Tag as Answer;
        int written = answer == null ? stream.Write(buffer, offset, count) : 0;
        if (written < count)
        {
            if (answer == null)
            {
                stream.Tag = answer = new(stream);
                _answers.Add(answer);
            }

            answer.Keep(buffer, offset + written, count - written);
        }
    }

    /// <summary>What of an echo found no room yet.</summary>
    private sealed class Answer(Libp2pStream stream)
    {
        private readonly MemoryStream _kept = new();
        private int _written;

        /// <summary>Whether the peer has sent its last byte.</summary>
        public bool IsWhole { get; set; }

        public void Keep(byte[] buffer, int offset, int count) => _kept.Write(buffer, offset, count);

        /// <summary>Writes what there is room for, and closes after the last byte.</summary>
        public void Continue()
        {
            _written += stream.Write(_kept.GetBuffer(), _written, (int)_kept.Length - _written);
            if (_written == _kept.Length)
            {
                _kept.SetLength(0);
                _written = 0;
                if (IsWhole)
                {
                    stream.CloseWrite();
                }
            }
        }
    }

    private sealed class Call(Libp2pStream stream, byte[] payload)
    {
        public Libp2pStream Stream => stream;

        public byte[] Payload => payload;

        public int Sent { get; set; }

        public int Received { get; set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
