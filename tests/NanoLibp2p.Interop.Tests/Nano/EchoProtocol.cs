using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NanoLibp2p.Core;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Both sides of a protocol where everything comes back until the client half-closes.</summary>
/// <param name="id">The protocol's id.</param>
internal sealed class EchoProtocol(string id) : StreamProtocol
{
    private readonly List<Call> calls = [];
    private int protocol;

    /// <summary>The most streams that were open at the same time, either way.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Opens a stream, sends the payload and compares what comes back.</summary>
    public Task Start(Connection connection, byte[] payload)
    {
        Libp2pStream? stream = connection.OpenStream(this, protocol);
        if (stream == null)
        {
            return Task.FromException(new NanoPeerException("no stream left for an echo"));
        }

        Call call = new(stream, payload);
        stream.Tag = call;
        calls.Add(call);
        return call.Done.Task;
    }

    protected override void Register(Node node) => protocol = node.RegisterProtocol(id, this, true);

    public override void OnOpened(Libp2pStream stream) => MostAtOnce = Math.Max(MostAtOnce, stream.Connection.OpenStreams);

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        if (stream.Tag is not Call call)
        {
            // what finds no room now holds the connection back
            return stream.Write(buffer, offset, count);
        }

        if (count > call.Payload.Length - call.Received || !buffer.AsSpan(offset, count).SequenceEqual(call.Payload.AsSpan(call.Received, count)))
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
        if (stream.Tag is Call call && call.Received == call.Payload.Length)
        {
            call.Done.TrySetResult();
        }

        stream.CloseWrite();
    }

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        if (stream.Tag is Call call)
        {
            calls.Remove(call);
            call.Done.TrySetException(new NanoPeerException($"the echo stream ended with {call.Received} of {call.Payload.Length} bytes back"));
        }
    }

    public override long Poll(long nowMs)
    {
        foreach (Call call in calls)
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

        return long.MaxValue;
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
