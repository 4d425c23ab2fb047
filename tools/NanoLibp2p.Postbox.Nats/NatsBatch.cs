using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>Messages that are published together, and what became of each. From any thread; each is told once, later words are
/// ignored.</summary>
internal sealed class NatsBatch
{
    private readonly NatsOutcome?[] _outcomes;
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;

    /// <summary>Nothing is known yet.</summary>
    /// <param name="count">How many there are.</param>
    internal NatsBatch(int count)
    {
        _outcomes = new NatsOutcome?[count];
        _left = count;
    }

    /// <summary>Tells what became of one.</summary>
    /// <param name="index">Which.</param>
    /// <param name="outcome">What.</param>
    internal void Tell(int index, NatsOutcome outcome)
    {
        if (Interlocked.CompareExchange(ref _outcomes[index], outcome, null) == null && Interlocked.Decrement(ref _left) == 0)
        {
            _all.TrySetResult();
        }
    }

    /// <summary>Waits until all is known.</summary>
    /// <param name="patience">For how long; what is not known then is unknown.</param>
    /// <param name="unknown">Why that may be, in words.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>What became of each.</returns>
    internal async Task<IReadOnlyList<NatsOutcome>> WaitAsync(TimeSpan patience, Func<string> unknown, CancellationToken cancellationToken)
    {
        if (_outcomes.Length == 0)
        {
            return [];
        }

        try
        {
            await _all.Task.WaitAsync(patience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            NatsOutcome outcome = new(NatsOutcomeKind.Unknown, [], Reason: unknown());
            for (int i = 0; i < _outcomes.Length; i++)
            {
                Tell(i, outcome);
            }
        }

        return _outcomes!;
    }
}
