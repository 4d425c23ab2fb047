using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli;

/// <summary>
/// Ctrl-C, SIGTERM, and a stdout that takes no more, as a wish to end: the command stops what it does, closes its connections in order and
/// returns.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;
    private readonly CancellationTokenRegistration _failedOutput;

    internal Interruption()
    {
        StandardStream.Current?.Watch();
        _failedOutput = StandardStream.Current?.Failed.Register(Ask) ?? default;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask),
        ];
    }

    /// <summary>Cancelled when the user wants an end.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>Completes when the user wants an end.</summary>
    internal Task Asked => _asked.Task;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }
        _failedOutput.Dispose();
        _source.Dispose();
    }

    // the first time in order; who asks again wants it at once
    private void Ask(PosixSignalContext context)
    {
        if (!_source.IsCancellationRequested)
        {
            context.Cancel = true;
            Ask();
        }
    }

    private void Ask()
    {
        _source.Cancel();
        _asked.TrySetResult();
    }
}
