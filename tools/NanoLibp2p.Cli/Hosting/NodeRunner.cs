using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>
/// A node on TCP with a loop of its own: it polls, waits for the network up to the next deadline, and in between runs the work that was
/// posted. Everything that is awaited in a command goes on here, so that a command may touch the node wherever it stands.
/// </summary>
internal sealed class NodeRunner : SynchronizationContext
{
    // work that comes from other threads (stdin, signals) does not end the wait for the network
    private const int LongestWaitMs = 20;

    // what is still queued when a command is done gets so long to leave
    private const int LastWordsMs = 1000;

    private readonly ConcurrentQueue<(SendOrPostCallback Work, object? State)> _work = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _timers = new();
    private readonly Dictionary<Connection, (Multiaddr Address, TaskCompletionSource<Connection> End)> _dials = [];

    /// <summary>Makes a node and its TCP driver.</summary>
    internal NodeRunner(NodeOptions options, Identity identity)
    {
        Node = new Node(options, identity, DesktopCrypto.Choose(), new SystemRandom())
        {
            Transport = new TcpTransport(options.MaxConnections + 1),
            Events = new Listener(this),
        };
    }

    /// <summary>The node; used on this loop only.</summary>
    internal Node Node { get; }

    /// <summary>A peer is connected.</summary>
    internal event Action<Connection>? Connected;

    /// <summary>A connection that was open is over, or an incoming one failed.</summary>
    internal event Action<Connection>? Closed;

    /// <summary>A peer dialled while all connections were in use, and is refused when this returns.</summary>
    internal event Action<IStreamLink>? Refused;

    /// <summary>Whether something still waits to be sent; asked before the node is closed.</summary>
    internal Func<bool>? HasLastWords { get; set; }

    private static long NowMs => Environment.TickCount64;

    /// <summary>Runs a command to its end, then closes all connections in order.</summary>
    /// <returns>What the command returned.</returns>
    internal T Run<T>(Func<Task<T>> command)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            Task<T> running = command();
            Loop(() => running.IsCompleted, long.MaxValue);
            Loop(() => HasLastWords?.Invoke() != true, NowMs + LastWordsMs);
            return running.GetAwaiter().GetResult();
        }
        finally
        {
            Node.Close();
            Step();
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Dials a peer until it is connected.</summary>
    /// <exception cref="CliException">It can't be reached; the sentence says why and what to do.</exception>
    internal Task<Connection> DialAsync(Multiaddr address)
    {
        Connection? connection = Node.Dial([address]);
        if (connection == null)
        {
            throw new CliException($"cannot connect to {address}: all {Node.Options.MaxConnections} connections are in use");
        }
        TaskCompletionSource<Connection> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _dials[connection] = (address, end);
        return end.Task;
    }

    /// <summary>Goes on after a time.</summary>
    internal async Task DelayAsync(TimeSpan time, CancellationToken cancellation = default)
    {
        TaskCompletionSource timer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _timers.Enqueue(timer, NowMs + (long)time.TotalMilliseconds);
        using (cancellation.Register(() => timer.TrySetCanceled(cancellation)))
        {
            await timer.Task;
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => _work.Enqueue((d, state));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("the loop takes posted work only");

    private void Loop(Func<bool> done, long until)
    {
        while (!done() && NowMs < until)
        {
            long next = Step();
            if (_work.IsEmpty && !done())
            {
                long wait = Math.Min(next, NextTimer) - NowMs;
                if (wait > 0)
                {
                    Node.Transport.Wait((int)Math.Min(wait, LongestWaitMs));
                }
            }
        }
    }

    // runs what was posted, lets the node move
    private long Step()
    {
        // not more than there was, so that work which posts work does not starve the network
        for (int count = _work.Count; count > 0 && _work.TryDequeue(out (SendOrPostCallback Work, object? State) item); count--)
        {
            item.Work(item.State);
        }
        long now = NowMs;
        long next = Node.Poll(now);
        while (_timers.TryPeek(out TaskCompletionSource? timer, out long due) && due <= now)
        {
            _timers.Dequeue();
            timer.TrySetResult();
        }
        return next;
    }

    private long NextTimer => _timers.TryPeek(out _, out long due) ? due : long.MaxValue;

    private sealed class Listener(NodeRunner runner) : NodeEvents
    {
        public override void OnConnected(Connection connection)
        {
            if (runner._dials.Remove(connection, out (Multiaddr Address, TaskCompletionSource<Connection> End) dial))
            {
                dial.End.SetResult(connection);
            }
            runner.Connected?.Invoke(connection);
        }

        public override void OnClosed(Connection connection)
        {
            if (runner._dials.Remove(connection, out (Multiaddr Address, TaskCompletionSource<Connection> End) dial))
            {
                dial.End.SetException(new CliException(DialFailure.Describe(dial.Address, connection, runner.Node.Options)));
            }
            else
            {
                runner.Closed?.Invoke(connection);
            }
        }

        public override void OnRefused(IStreamLink link) => runner.Refused?.Invoke(link);
    }
}
