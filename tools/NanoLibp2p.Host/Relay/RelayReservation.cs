using System;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>
/// A place at a relay (circuit relay v2 spec): while it holds, others dial this node at <see cref="Address"/>. It is refreshed when half of
/// its time is over, and had again when the relay was gone.
/// </summary>
/// <example>
/// <code>
/// await using RelayReservation place = RelayReservation.Start(node, "/dns4/relay.example/tcp/4001/p2p/12D3KooW...");
/// Multiaddr address = await place.WaitAsync(ct);      // what others dial
/// </code>
/// </example>
public sealed class RelayReservation : IAsyncDisposable
{
    /// <summary>How often it looks whether the connection is there, and its time over.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan _leastTime = TimeSpan.FromSeconds(10);

    private readonly Libp2pNode _node;
    private readonly Multiaddr _relay;
    private readonly PeerId _peer;
    private readonly RelayReservationOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private TaskCompletionSource<Multiaddr> _reserved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Multiaddr? _address;
    private volatile Libp2pException? _lastError;

    private RelayReservation(Libp2pNode node, Multiaddr relay, RelayReservationOptions options)
    {
        _node = node;
        _relay = relay;
        _peer = relay.PeerId!;
        _options = options;
        node.AcceptFrom(_peer);
        _loop = Task.Run(KeepAsync);
    }

    /// <summary>The relay.</summary>
    public PeerId Relay => _peer;

    /// <summary>Where others dial this node, with its peer id; null while there is no reservation.</summary>
    public Multiaddr? Address => _address;

    /// <summary>Why there is none; null while there is one, and before the first try has ended.</summary>
    public Libp2pException? LastError => _lastError;

    /// <summary><see cref="Address"/> is another one than before. Raised on the thread pool.</summary>
    public event Action<RelayReservation>? Changed;

    /// <summary>Begins to reserve; returns at once, also where the relay is down.</summary>
    /// <param name="node">The node.</param>
    /// <param name="relay">The relay's address with its peer id.</param>
    /// <param name="options">Times; null for the defaults.</param>
    /// <exception cref="ArgumentException">The address has no peer id, or an option is out of range.</exception>
    /// <exception cref="Libp2pException">The node has ended.</exception>
    public static RelayReservation Start(Libp2pNode node, Multiaddr relay, RelayReservationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(relay);
        options ??= new RelayReservationOptions();
        options.Check();
        if (relay.PeerId == null || relay.Has(MultiaddrProtocol.P2pCircuit))
        {
            throw new ArgumentException($"{relay} can't be a relay; give one such as /ip4/192.168.1.2/tcp/4001/p2p/12D3KooW...");
        }

        return new RelayReservation(node, relay, options);
    }

    /// <summary>As <see cref="Start(Libp2pNode, Multiaddr, RelayReservationOptions?)"/>.</summary>
    public static RelayReservation Start(Libp2pNode node, string relay, RelayReservationOptions? options = null)
        => Start(node, Multiaddr.TryParse(relay, out string error) ?? throw new ArgumentException(error), options);

    /// <summary>Waits until there is a reservation.</summary>
    /// <returns><see cref="Address"/>.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">It has ended.</exception>
    public Task<Multiaddr> WaitAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        lock (_stopping)
        {
            return _reserved.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives it up: the relay's calls are refused from now on. The connection to the relay stays.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _node.AcceptNoMoreFrom(_peer);
        lock (_stopping)
        {
            _reserved.TrySetException(new ObjectDisposedException(nameof(RelayReservation)));
            _ = _reserved.Task.Exception;
        }
    }

    private async Task KeepAsync()
    {
        TimeSpan pause = _options.Retry;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                ShardConnection connection = await ReachAsync().ConfigureAwait(false);
                TimeSpan left = await ReserveAsync(connection).ConfigureAwait(false);
                pause = _options.Retry;
                if (!await LastsAsync(connection, left / 2).ConfigureAwait(false))
                {
                    throw Libp2pException.For(Libp2pError.ConnectionClosed, _peer, "the connection to the relay has ended");
                }
            }
            catch (Libp2pException e) when (e.Error != Libp2pError.NodeClosed)
            {
                _lastError = e;
                Set(null);
                await SleepAsync(pause * (0.5 + (0.5 * Random.Shared.NextDouble()))).ConfigureAwait(false);
                pause = pause * 2 < _options.MaxRetry ? pause * 2 : _options.MaxRetry;
            }
            catch (Exception e) when (e is OperationCanceledException or Libp2pException)
            {
                break;
            }
        }

        Set(null);
    }

    private async Task<ShardConnection> ReachAsync()
    {
        if (_node.FindDirect(_peer) is { } there)
        {
            return there;
        }

        await _node.DialAsync(_relay, _stopping.Token).ConfigureAwait(false);
        return _node.FindDirect(_peer) ?? throw Libp2pException.For(Libp2pError.ConnectionClosed, _peer,
            "the relay has ended the connection at once");
    }

    // true when its time is over and the connection lives
    private async Task<bool> LastsAsync(ShardConnection connection, TimeSpan time)
    {
        DateTimeOffset end = _node.Time.GetUtcNow() + time;
        while (_node.Time.GetUtcNow() < end)
        {
            await Task.Delay(Look, _node.Time, _stopping.Token).ConfigureAwait(false);
            if (connection.End != null && _node.FindDirect(_peer) == null)
            {
                return false;
            }
        }

        return true;
    }

    private async Task SleepAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, _node.Time, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the loop ends
        }
    }

    private async Task<TimeSpan> ReserveAsync(ShardConnection connection)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        late.CancelAfter(_options.MessageTime);
        RelayMessage answer = new(new byte[RelayMessage.MaxAddressBytes]);
        answer.Begin(false);
        try
        {
            PeerStream stream = await _node.OpenStreamAsync(connection.Info!, [RelayMessage.HopId], late.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(new ProtobufMessage().Varint(1, RelayMessage.HopReserve).ToDelimitedArray(), late.Token)
                    .ConfigureAwait(false);
                byte[] buffer = new byte[1024];
                while (!answer.IsWhole)
                {
                    int read = await stream.ReadAsync(buffer, late.Token).ConfigureAwait(false);
                    if (read == 0 || answer.Receive(buffer, 0, read) < 0)
                    {
                        throw Libp2pException.For(Libp2pError.StreamReset, _peer, "the relay's answer makes no sense or was cut off");
                    }
                }

                stream.CompleteWrites();
            }
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            throw Libp2pException.For(Libp2pError.StreamReset, _peer, $"the relay did not answer within {_options.MessageTime}");
        }

        if (answer.Type != RelayMessage.HopStatus || answer.Status != (int)RelayStatus.Ok)
        {
            throw Libp2pException.For(Libp2pError.ProtocolRefused, _peer,
                $"the relay gives no reservation: status {answer.Status} ({(RelayStatus)answer.Status})");
        }

        Set(AddressOf(connection, answer));
        TimeSpan left = TimeSpan.FromSeconds(answer.Expire > int.MaxValue * 4L ? int.MaxValue
            : (long)answer.Expire - _node.Time.GetUtcNow().ToUnixTimeSeconds());

        // two clocks may differ
        return left < _leastTime ? _leastTime : left > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : left;
    }

    // the first public address that the relay told, or the one that it was dialed at
    private Multiaddr AddressOf(ShardConnection connection, RelayMessage answer)
    {
        Multiaddr at = answer.AddressCount > 0 ? Multiaddr.FromBytes(answer.Kept, 0, answer.AddressCount)
            : !connection.Connection.IsInbound && connection.Link.RemoteAddress is { } reached ? reached
            : _relay.WithoutPeerId();
        return Multiaddr.Parse($"{at.WithPeerId(_peer)}/p2p-circuit").WithPeerId(_node.PeerId);
    }

    private void Set(Multiaddr? address)
    {
        Multiaddr? before = _address;
        if (address != null)
        {
            _lastError = null;
        }

        // who sees the one sees the other
        if (_options.Announces && !Equals(before, address))
        {
            if (before != null)
            {
                _node.Withdraw(before);
            }

            if (address != null)
            {
                _node.Announce(address);
            }
        }

        lock (_stopping)
        {
            if (address == null && _reserved.Task.IsCompleted)
            {
                _reserved = new TaskCompletionSource<Multiaddr>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else if (address != null)
            {
                _reserved.TrySetResult(address);
            }

            _address = address;
        }

        if (!Equals(before, address))
        {
            Changed?.Invoke(this);
        }
    }
}
