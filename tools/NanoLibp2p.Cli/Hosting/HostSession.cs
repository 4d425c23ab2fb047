using System;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Cli.Commands;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>A command's talk with one peer that it dials, by the desktop library: connected at the start, closed in order at the end,
/// whichever way it ends.</summary>
internal sealed class HostSession
{
    private readonly TaskCompletionSource<PeerDisconnection> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeOptions _options;

    private HostSession(Libp2pNode node, NodeOptions options, Multiaddr address, Output output, TimeSpan timeout,
        CancellationToken interrupted)
    {
        Node = node;
        Address = address;
        Output = output;
        Interrupted = interrupted;
        Timeout = timeout;
        _options = options;
        node.PeerDisconnected += gone => _lost.TrySetResult(gone);
    }

    internal Libp2pNode Node { get; }

    internal Multiaddr Address { get; }

    internal Output Output { get; }

    /// <summary>How long the peer may take to answer.</summary>
    internal TimeSpan Timeout { get; }

    /// <summary>The user wants an end.</summary>
    internal CancellationToken Interrupted { get; }

    /// <summary>Who answered.</summary>
    internal PeerId PeerId { get; private set; } = null!;

    /// <summary>The same in text.</summary>
    internal string Peer => PeerId.ToString();

    /// <summary>Dials and runs a command's part.</summary>
    /// <param name="address">The peer.</param>
    /// <param name="output">Where the command speaks.</param>
    /// <param name="timeout">How long the peer may take to answer.</param>
    /// <param name="talk">The command's part; it returns the exit code.</param>
    /// <param name="identity">Who we are; null for somebody new.</param>
    /// <param name="pubsub">Its pubsub; null for none.</param>
    /// <param name="prepare">What is done before the dial; null for nothing.</param>
    internal static int Run(Multiaddr address, Output output, TimeSpan timeout, Func<HostSession, Task<int>> talk,
        Identity? identity = null, GossipSubOptions? pubsub = null, Action<HostSession>? prepare = null)
    {
        Libp2pNodeOptions options = Options(timeout);
        options.Identity = identity;
        options.PubSub = pubsub;
        return RunAsync(options, address, output, timeout, talk, prepare).GetAwaiter().GetResult();
    }

    /// <summary>Why a dial led to nothing, in one sentence that says what to do on the command line.</summary>
    internal static string Describe(Multiaddr address, Libp2pException why, NodeOptions options)
    {
        if (why.Attempts.Count > 1)
        {
            return $"cannot connect to {address}: {why.Message}";
        }

        DialAttempt? attempt = why.Attempts.Count == 1 ? why.Attempts[0] : null;
        string text = why.Reason switch
        {
            CloseReason.DialFailed when (LinkError)why.Detail != LinkError.Other => CloseText.Describe((LinkError)why.Detail),
            CloseReason.None or CloseReason.DialFailed => attempt?.Text ?? why.Message,
            _ => DialFailure.Why(why.Reason, attempt?.Answered) ?? CloseText.Describe(why.Reason, why.Detail, options),
        };
        return $"cannot connect to {address}: {text}";
    }

    /// <summary>Does something with the peer that has an end in time.</summary>
    /// <param name="call">What.</param>
    /// <param name="sentence">What is said when it does not end.</param>
    /// <exception cref="CliException">The connection ended, it took too long, or the peer refused.</exception>
    /// <exception cref="OperationCanceledException">The user wants an end.</exception>
    internal async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> call, string sentence)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(Interrupted);
        late.CancelAfter(Timeout);
        try
        {
            return await call(late.Token);
        }
        catch (OperationCanceledException) when (!Interrupted.IsCancellationRequested)
        {
            throw new CliException(sentence);
        }
        catch (Libp2pException e)
        {
            throw Lost(e) ?? new CliException(e.Message);
        }
    }

    /// <summary>Waits for a time, or for the connection's or the user's end.</summary>
    /// <exception cref="CliException">The connection ended.</exception>
    /// <exception cref="OperationCanceledException">The user wants an end.</exception>
    internal Task PauseAsync(TimeSpan time) => UntilLostAsync(Task.Delay(time, Interrupted));

    /// <summary>As <see cref="PauseAsync"/>, for something else.</summary>
    internal async Task UntilLostAsync(Task task)
    {
        if (await Task.WhenAny(_lost.Task, task, Task.Delay(System.Threading.Timeout.Infinite, Interrupted)) == _lost.Task)
        {
            throw Lost((await _lost.Task).Why)!;
        }

        Interrupted.ThrowIfCancellationRequested();
        await task;
    }

    /// <summary>The sentence on a connection that ended; null when it is something else that failed.</summary>
    internal CliException? Lost(Libp2pException why) => why.Error is not (Libp2pError.ConnectionClosed or Libp2pError.NotConnected) ? null
        : new CliException($"the connection to {Address} ended: {CloseText.Describe(why.Reason, why.Detail, _options)}");

    private static async Task<int> RunAsync(Libp2pNodeOptions options, Multiaddr address, Output output, TimeSpan timeout,
        Func<HostSession, Task<int>> talk, Action<HostSession>? prepare)
    {
        using Interruption interruption = new();
        await using Libp2pNode node = await Libp2pNode.StartAsync(options);
        HostSession session = new(node, options.Node, address, output, timeout, interruption.Token);
        prepare?.Invoke(session);
        try
        {
            session.PeerId = await node.DialAsync(address, interruption.Token);
        }
        catch (OperationCanceledException)
        {
            throw new CliException($"ended before {address} answered");
        }
        catch (Libp2pException e)
        {
            throw new CliException(Describe(address, e, options.Node));
        }

        try
        {
            return await talk(session);
        }
        catch (OperationCanceledException)
        {
            throw new CliException("ended before it was done");
        }
        finally
        {
            // the command is done: nobody shuts down
            await node.DisconnectAsync(session.PeerId);
        }
    }

    private static Libp2pNodeOptions Options(TimeSpan timeout)
    {
        NodeOptions node = CommonOptions.ClientOptions(timeout);

        // the command's own patience ends first, and has a better sentence
        node.PingTimeoutMs = (int)Math.Min(timeout.TotalMilliseconds + 5000, int.MaxValue);

        // who names a relayed address wants it, limited or not
        Libp2pNodeOptions options = new() { Shards = 1, Node = node, UsesLimitedConnections = true };
        options.Dial.Timeout = TimeSpan.FromMilliseconds(Math.Min(3 * timeout.TotalMilliseconds + 1000,
            TimeSpan.FromDays(1).TotalMilliseconds));
        return options;
    }
}
