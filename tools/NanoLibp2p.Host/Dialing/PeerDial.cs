using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Dialing;

/// <summary>
/// One dial of one peer, or of whoever answers at some addresses: all who ask for the peer meanwhile share it. It ends with the first
/// connection, with the last address, with its time, or when nobody waits for it any more.
/// </summary>
/// <remarks>
/// <code>
///   addresses --names--> ranked --due, or none under way--> attempts --the first--> connection; the others are given up
/// </code>
/// </remarks>
internal sealed class PeerDial
{
    private readonly Dialer _dialer;
    private readonly DialOptions _options;
    private readonly CancellationTokenSource _over;
    private readonly CancellationToken _isOver;
    private readonly TaskCompletionSource<ShardConnection> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // under the lock of the dialer
    private readonly HashSet<Multiaddr> _known = [];
    private readonly List<(DialTarget Target, DateTimeOffset Due)> _ranked = [];
    private readonly List<DialAttempt> _failed = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _begun;
    private int _resolving;
    private int _attempts;
    private Exception? _last;

    internal PeerDial(Dialer dialer, PeerId? peer, CancellationToken stopping)
    {
        _dialer = dialer;
        _options = dialer.Options;
        _begun = dialer.Time.GetTimestamp();
        Peer = peer;
        _over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _isOver = _over.Token;
    }

    /// <summary>Who is dialled; null for whoever answers.</summary>
    internal PeerId? Peer { get; }

    /// <summary>How many wait for it; under the lock of the dialer.</summary>
    internal int Askers { get; set; }

    /// <summary>Its connection, or why there is none.</summary>
    internal Task<ShardConnection> Result => _result.Task;

    /// <summary>Adds addresses, as far as they are new; under the lock of the dialer.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="isForced">Whether they are dialled though they failed not long ago.</param>
    internal void Add(IEnumerable<Multiaddr> addresses, bool isForced)
    {
        List<DialTarget> ready = [];
        foreach (Multiaddr address in addresses)
        {
            if (_known.Count >= _options.MaxAddresses)
            {
                break;
            }

            if (!_known.Add(address))
            {
                continue;
            }

            DialTarget target = DialTarget.Of(address);
            if (AddressResolver.IsName(target) && target.Kind != DialKind.None)
            {
                _resolving++;
                _ = ResolveAsync(target, isForced);
            }
            else
            {
                ready.Add(target);
            }
        }

        Rank(ready, isForced);
    }

    /// <summary>Ends it with a connection that came to be otherwise, such as by the peer's own dial.</summary>
    /// <remarks>Under the lock of the dialer, as <see cref="GiveUp"/>: the end of the dial waits for that.</remarks>
    internal void Finish(ShardConnection connection)
    {
        if (_result.TrySetResult(connection))
        {
            _ = _over.CancelAsync();
        }
    }

    /// <summary>Nobody waits for it any more.</summary>
    internal void GiveUp() => _ = _over.CancelAsync();

    /// <summary>Dials, until it has ended.</summary>
    internal async Task RunAsync()
    {
        using Activity? activity = NodeTracing.Start(NodeTracing.Dial, Peer);
        using CancellationTokenSource limit = new(_options.Timeout, _dialer.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_isOver, limit.Token);
        List<Task<ShardConnection?>> attempts = [];
        try
        {
            ShardConnection? connection = await RunAsync(attempts, either.Token).ConfigureAwait(false);
            if (connection != null)
            {
                _result.TrySetResult(connection);
            }
            else
            {
                _result.TrySetException(Failure());
            }
        }
        catch (OperationCanceledException)
        {
            if (limit.IsCancellationRequested && !_isOver.IsCancellationRequested)
            {
                foreach ((DialTarget target, DateTimeOffset _) in Waiting())
                {
                    Note(target, CloseReason.None, 0, "it was not its turn in time");
                }

                _result.TrySetException(Failure());
            }
            else
            {
                _result.TrySetException(_dialer.Ended());
            }
        }
        catch (Exception e)
        {
            _result.TrySetException(e);
        }

        // seen, where nobody waits for it any more
        if (_result.Task.Exception is { } failed)
        {
            activity.Fail(failed.InnerException!);
        }

        activity?.Stop();
        _dialer.Completed(_result.Task.IsCompletedSuccessfully, _attempts, _dialer.Time.GetElapsedTime(_begun));
        await _over.CancelAsync().ConfigureAwait(false);
        _dialer.Remove(this);
        await EndAsync(attempts).ConfigureAwait(false);
        _over.Dispose();
    }

    private async Task<ShardConnection?> RunAsync(List<Task<ShardConnection?>> attempts, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan wait = Timeout.InfiniteTimeSpan;
            Task changed;
            lock (_dialer.Gate)
            {
                changed = _changed.Task;
                while (_ranked.Count > 0 && attempts.Count < _options.MaxParallelPerPeer)
                {
                    TimeSpan left = _ranked[0].Due - _dialer.Time.GetUtcNow();
                    if (left > TimeSpan.Zero && attempts.Count > 0)
                    {
                        wait = left;
                        break;
                    }

                    DialTarget next = _ranked[0].Target;
                    _ranked.RemoveAt(0);
                    attempts.Add(AttemptAsync(next, cancellationToken));
                }

                if (attempts.Count == 0 && _resolving == 0)
                {
                    return null;
                }
            }

            // cancelled when it is not wanted, so that a timer is not left behind
            using CancellationTokenSource awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task due = Task.Delay(wait, _dialer.Time, awake.Token);
            await Task.WhenAny([due, changed, .. attempts]).ConfigureAwait(false);
            await awake.CancelAsync().ConfigureAwait(false);
            for (int i = attempts.Count - 1; i >= 0; i--)
            {
                if (!attempts[i].IsCompleted)
                {
                    continue;
                }

                ShardConnection? connection = await attempts[i].ConfigureAwait(false);
                attempts.RemoveAt(i);
                if (connection != null)
                {
                    return connection;
                }
            }
        }
    }

    // null when it failed, and is noted
    private async Task<ShardConnection?> AttemptAsync(DialTarget target, CancellationToken cancellationToken)
    {
        // not under the lock
        _attempts++;
        await Task.Yield();
        TimeSpan delay = _dialer.Time.GetElapsedTime(_begun);
        using Activity? activity = NodeTracing.Start(NodeTracing.Attempt, target.Address.PeerId ?? Peer, target.Address);
        try
        {
            ShardConnection connection = await _dialer.AttemptAsync(target, target.Address.PeerId ?? Peer, cancellationToken)
                .ConfigureAwait(false);
            _dialer.Succeeded(connection.Peer!, target, delay);
            return connection;
        }
        catch (Libp2pException e) when (e.Error != Libp2pError.NodeClosed)
        {
            activity.Fail(e);
            Note(target, e.Reason, e.Detail, e.Text, e);
            _dialer.Failed(target.Address.PeerId ?? Peer, target, e.Text);
            return null;
        }
    }

    private async Task ResolveAsync(DialTarget name, bool isForced)
    {
        await Task.Yield();
        IReadOnlyList<DialTarget> found = [];
        try
        {
            found = await _dialer.Resolver.ResolveAsync(name, _options.MaxAddresses, _isOver).ConfigureAwait(false);
        }
        catch (Libp2pException e)
        {
            Note(name, e.Reason, e.Detail, e.Text, e);
        }
        catch (OperationCanceledException)
        {
            // the dial has ended
        }
        catch (Exception e)
        {
            // a resolver of the application's
            Note(name, CloseReason.DialFailed, (int)LinkError.NameNotFound, e.Message, e);
        }

        lock (_dialer.Gate)
        {
            _resolving--;
            Rank(found.Where(target => _known.Count < _options.MaxAddresses && _known.Add(target.Address)), isForced);
        }
    }

    private void Rank(IEnumerable<DialTarget> targets, bool isForced)
    {
        List<DialTarget> good = [];
        foreach (DialTarget target in targets)
        {
            PeerId? named = target.Address.PeerId;
            if (_dialer.RefusalOf(named ?? Peer, target) is { } refused)
            {
                Note(target, CloseReason.Blocked, 0, refused);
                continue;
            }

            string? why = Peer != null && named != null && !named.Equals(Peer) ? "it is an address of another peer"
                : !_dialer.Dials(target.Kind) ? "it is no TCP, WebSocket or relay address, and nothing else is dialled here"
                : isForced ? null
                : _dialer.BackOffOf(named ?? Peer, target);
            if (why == null)
            {
                good.Add(target);
            }
            else
            {
                Note(target, CloseReason.None, 0, why);
            }
        }

        DateTimeOffset now = _dialer.Time.GetUtcNow();
        _ranked.AddRange(AddressRanker.Rank(good, _dialer.Networks, _options).Select(one => (one.Target, now + one.Delay)));
        _ranked.Sort((one, other) => one.Due.CompareTo(other.Due));
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Note(DialTarget target, CloseReason reason, int detail, string text, Exception? inner = null)
    {
        lock (_dialer.Gate)
        {
            Multiaddr address = target.Address.WithoutPeerId() ?? target.Address;
            PeerId? answered = reason is CloseReason.PeerIdMismatch or CloseReason.DialledSelf ? (inner as Libp2pException)?.Peer : null;
            _failed.Add(new DialAttempt(address, reason, detail, text) { Answered = answered });
            _last = inner ?? _last;
        }
    }

    private List<(DialTarget Target, DateTimeOffset Due)> Waiting()
    {
        lock (_dialer.Gate)
        {
            return [.. _ranked];
        }
    }

    private Libp2pException Failure()
    {
        lock (_dialer.Gate)
        {
            DialAttempt[] attempts = [.. _failed];
            if (attempts.Length == 0)
            {
                return new Libp2pException(Libp2pError.DialFailed, Peer, "no address of this peer is known; dial one, or add it to the "
                    + "node's PeerStore");
            }

            // the reason for programs is that of the address that got furthest
            DialAttempt best = attempts.MaxBy(one => one.Reason switch
            {
                CloseReason.None => 0,
                CloseReason.DialFailed => 1,
                _ => 2,
            })!;
            string text = attempts.Length == 1
                ? (best.Reason is CloseReason.None or CloseReason.Blocked ? $"{best.Address} is not dialled: {best.Text}" : best.Text)
                : $"none of {attempts.Length} addresses answered: "
                    + string.Join("; ", attempts.Select(one => $"{one.Address}: {one.Text}"));
            return new Libp2pException(Libp2pError.DialFailed, Peer, text, best.Reason, best.Detail, _last, attempts);
        }
    }

    // what was under way is given up; what opened all the same is one too many
    private async Task EndAsync(List<Task<ShardConnection?>> attempts)
    {
        ShardConnection? kept = _result.Task.IsCompletedSuccessfully ? await _result.Task.ConfigureAwait(false) : null;
        foreach (Task<ShardConnection?> attempt in attempts)
        {
            try
            {
                ShardConnection? connection = await attempt.ConfigureAwait(false);
                if (connection != null && connection != kept)
                {
                    await _dialer.CloseAsync(connection).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or Libp2pException)
            {
                // given up
            }
        }
    }
}
