using System;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Cli.Commands;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>A command's talk with one peer that it dials: connected at the start, closed in order at the end, whichever way it
/// ends.</summary>
internal sealed class PeerSession
{
    private readonly TaskCompletionSource<CliException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _interrupted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _timeout;
    private Connection? _connection;

    private PeerSession(NodeRunner runner, Multiaddr address, Output output, TimeSpan timeout, CancellationToken interrupted)
    {
        Runner = runner;
        Address = address;
        Output = output;
        Interrupted = interrupted;
        _timeout = timeout;
        interrupted.Register(() => _interrupted.TrySetResult());
        runner.Closed += closed =>
        {
            if (closed == _connection)
            {
                _lost.TrySetResult(
                    new CliException($"the connection to {address} ended: {CloseText.Describe(closed, runner.Node.Options)}"));
            }
        };
    }

    internal NodeRunner Runner { get; }

    internal Multiaddr Address { get; }

    internal Output Output { get; }

    /// <summary>The user wants an end.</summary>
    internal CancellationToken Interrupted { get; }

    /// <summary>The connection, while the session runs.</summary>
    internal Connection Connection => _connection!;

    /// <summary>Who answered, in text.</summary>
    internal string Peer { get; private set; } = "";

    /// <summary>Dials and runs a command's part.</summary>
    /// <param name="address">The peer.</param>
    /// <param name="output">Where the command speaks.</param>
    /// <param name="timeout">How long the peer may take to answer.</param>
    /// <param name="identity">Who we are; null for somebody new.</param>
    /// <param name="prepare">Adds protocols before the dial; may be null.</param>
    /// <param name="talk">The command's part; it returns the exit code.</param>
    internal static int Run(
        Multiaddr address, Output output, TimeSpan timeout, Identity? identity, Action<PeerSession>? prepare,
        Func<PeerSession, Task<int>> talk)
    {
        using Interruption interruption = new();
        NodeRunner runner = new(CommonOptions.ClientOptions(timeout), identity ?? Keys.Create());
        PeerSession session = new(runner, address, output, timeout, interruption.Token);
        prepare?.Invoke(session);
        return runner.Run(async () =>
        {
            Task<Connection> dial = runner.DialAsync(address);
            try
            {
                if (await Task.WhenAny(dial, session._interrupted.Task) != dial)
                {
                    throw new CliException($"ended before {address} answered");
                }
                session._connection = await dial;
                session.Peer = session._connection.RemotePeer.ToString();
                return await talk(session);
            }
            catch (OperationCanceledException)
            {
                throw new CliException("ended before it was done");
            }
        });
    }

    /// <summary>Waits for something that the connection's or the user's end makes impossible.</summary>
    /// <exception cref="CliException">The connection ended.</exception>
    /// <exception cref="OperationCanceledException">The user wants an end.</exception>
    internal async Task<T> WaitAsync<T>(Task<T> task)
    {
        Task first = await Task.WhenAny(task, _lost.Task, _interrupted.Task);
        if (first == _lost.Task)
        {
            throw await _lost.Task;
        }
        Interrupted.ThrowIfCancellationRequested();
        return await task;
    }

    /// <summary>As <see cref="WaitAsync{T}(Task{T})"/>, no longer than the peer may take.</summary>
    /// <param name="task">What is waited for.</param>
    /// <param name="sentence">What is said when it does not come.</param>
    internal Task<T> WaitAsync<T>(Task<T> task, string sentence) => WaitAsync(task, () => Task.FromResult(sentence));

    /// <summary>As <see cref="WaitAsync{T}(Task{T}, string)"/>, with a sentence that has to be found out.</summary>
    internal async Task<T> WaitAsync<T>(Task<T> task, Func<Task<string>> sentence)
    {
        Task first = await WaitAsync(Task.WhenAny(task, Runner.DelayAsync(_timeout)));
        return first == task ? await task : throw new CliException(await sentence());
    }

    /// <summary>Waits for a time, or for the connection's or the user's end.</summary>
    internal async Task PauseAsync(TimeSpan time)
    {
        await WaitAsync(Nothing(Runner.DelayAsync(time)));

        static async Task<bool> Nothing(Task task)
        {
            await task;
            return true;
        }
    }
}
