using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.Perf;

namespace NanoLibp2p.Interop.Tests;

// The protocols that a test can use.
public sealed partial class NanoPeer
{
    private readonly PerfProtocol _perf = new(16, 65000, serve: true);
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _pings = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<NanoIdentified>> _identifies = new();
    private readonly ConcurrentDictionary<PerfTransfer, TaskCompletionSource> _transfers = new();
    private readonly Mailbox<NanoIdentified> _pushed = new("identify push");

    /// <summary>Pings once.</summary>
    public async Task<TimeSpan> PingAsync(NanoConnection connection)
    {
        long start = Stopwatch.GetTimestamp();
        TaskCompletionSource pong = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await DoAsync(() =>
        {
            _pings[connection.Object.Index] = pong;
            if (!_node.Ping.Send(Of(connection)))
            {
                throw new NanoPeerException("no room for a ping");
            }
        }).ConfigureAwait(false);
        await pong.Task.WaitAsync(Patience).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Asks a peer who it is.</summary>
    public async Task<NanoIdentified> IdentifyAsync(NanoConnection connection)
    {
        TaskCompletionSource<NanoIdentified> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await DoAsync(() =>
        {
            _identifies[connection.Object.Index] = answer;
            if (!_node.Identify.Ask(Of(connection)))
            {
                throw new NanoPeerException("identify is busy");
            }
        }).ConfigureAwait(false);
        return await answer.Task.WaitAsync(Patience).ConfigureAwait(false);
    }

    /// <summary>Tells a peer who we are.</summary>
    public Task PushAsync(NanoConnection connection) => DoAsync(() =>
    {
        if (!_node.Identify.Push(Of(connection)))
        {
            throw new NanoPeerException("no stream left for identify push");
        }
    });

    /// <summary>Waits for what a peer tells unasked, and takes it.</summary>
    public Task<NanoIdentified> WaitForPushAsync(string peerId) => _pushed.TakeAsync(one => one.PeerId == peerId, Patience);

    /// <summary>libp2p perf as the client.</summary>
    /// <returns>How long all of it took.</returns>
    public async Task<TimeSpan> PerfAsync(NanoConnection connection, long upload, long download)
    {
        long start = Stopwatch.GetTimestamp();
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await DoAsync(() =>
        {
            PerfTransfer? transfer = _perf.Start(Of(connection), (ulong)upload, (ulong)download);
            _transfers[transfer ?? throw new NanoPeerException("no transfer or stream left for perf")] = end;
        }).ConfigureAwait(false);
        await end.Task.WaitAsync(Patience).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Opens echo streams at once, each with a random payload of its own of up to <paramref name="size"/> bytes.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="count">How many streams.</param>
    /// <param name="size">With one stream, the payload's very size.</param>
    /// <param name="slow">Whether to use the protocol whose js side rests after each piece.</param>
    public async Task EchoAsync(NanoConnection connection, int count, int size, bool slow = false)
    {
        Task[] echoes = await DoAsync(() => Enumerable.Range(0, count)
            .Select(i =>
                (slow ? _slowEcho : _echo).Start(Of(connection), RandomNumberGenerator.GetBytes(count == 1 ? size : 1 + (i * 7919 % size))))
            .ToArray()).ConfigureAwait(false);
        await Task.WhenAll(echoes).WaitAsync(Patience).ConfigureAwait(false);
    }

    private void Watch()
    {
        _node.Ping.Events = new Pings(this);
        _node.Identify.Events = new Identifies(this);
        _perf.Events = new Transfers(this);
    }

    private sealed class Pings(NanoPeer peer) : PingEvents
    {
        public override void OnPong(Connection connection)
        {
            if (peer._pings.TryRemove(connection.Index, out TaskCompletionSource? pong))
            {
                pong.SetResult();
            }
        }

        public override void OnPingFailed(Connection connection)
        {
            if (peer._pings.TryRemove(connection.Index, out TaskCompletionSource? pong))
            {
                pong.SetException(new NanoPeerException("the ping failed"));
            }
        }
    }

    private sealed class Identifies(NanoPeer peer) : IdentifyEvents
    {
        private readonly Dictionary<int, NanoIdentified> _reading = [];

        public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last)
        {
            if (!_reading.TryGetValue(connection.Index, out NanoIdentified? said))
            {
                _reading[connection.Index] = said = new NanoIdentified(connection.RemotePeer.ToString());
            }

            said.Add(field, buffer, offset, count, last);
        }

        public override void OnEnd(Connection connection, bool complete)
        {
            _reading.Remove(connection.Index, out NanoIdentified? said);
            if (peer._identifies.TryRemove(connection.Index, out TaskCompletionSource<NanoIdentified>? answer))
            {
                if (complete && said != null)
                {
                    answer.SetResult(said);
                }
                else
                {
                    answer.SetException(new NanoPeerException("the answer to identify broke off"));
                }
            }
            else if (complete && said != null)
            {
                peer._pushed.Add(said);
            }
        }
    }

    private sealed class Transfers(NanoPeer peer) : PerfEvents
    {
        public override void OnEnd(PerfTransfer transfer, bool complete)
        {
            if (peer._transfers.TryRemove(transfer, out TaskCompletionSource? end))
            {
                if (complete)
                {
                    end.SetResult();
                }
                else
                {
                    end.SetException(
                        new NanoPeerException($"perf broke off after {transfer.Uploaded} bytes up and {transfer.Downloaded} down"));
                }
            }
        }
    }
}
