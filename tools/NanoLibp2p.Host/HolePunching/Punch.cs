using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.HolePunching;

/// <summary>
/// The dials to one peer after an exchange of addresses: all addresses at once, from the port that the node listens on. The first
/// connection ends it, also one that the peer's dial has made.
/// </summary>
internal sealed class Punch
{
    /// <summary>Addresses that are dialed.</summary>
    internal const int MaxAddresses = 8;

    // the first message of multistream-select 1.0.0
    private const int MultistreamBytes = 20;

    // How long the other end of a new connection may be silent before we take it for the server. A client's first bytes follow its
    // connect at once, so this is for the way of a packet: a round trip.
    private static readonly TimeSpan _leastSilence = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _mostSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    private readonly Libp2pNode _node;
    private readonly PeerId _peer;
    private readonly bool _isClient;
    private readonly DialTarget[] _targets;
    private readonly string?[] _errors;
    private readonly TaskCompletionSource<ShardConnection> _direct = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _callers;

    /// <param name="node">Who dials.</param>
    /// <param name="peer">Who must be there.</param>
    /// <param name="targets">Where, with IP addresses.</param>
    /// <param name="isClient">Whether this node has the dialer's part in the handshake, whichever side's dial arrives.</param>
    /// <param name="roundTrip">How long a message takes through the relay and back.</param>
    internal Punch(Libp2pNode node, PeerId peer, IEnumerable<DialTarget> targets, bool isClient, TimeSpan roundTrip)
    {
        Silence = TimeSpan.FromTicks(Math.Clamp(2 * roundTrip.Ticks, _leastSilence.Ticks, _mostSilence.Ticks));
        _node = node;
        _peer = peer;
        _isClient = isClient;
        _targets = [.. targets];
        _errors = new string[_targets.Length];
    }

    /// <summary>Why there is no connection, address by address.</summary>
    internal string Errors
        => string.Join("; ", _targets.Select((one, i) => $"{one.Address.WithoutPeerId()}: {Volatile.Read(ref _errors[i]) ?? "no answer"}"));

    internal bool IsClient => _isClient;

    /// <summary>How long it is waited, as client, whether the other end begins.</summary>
    internal TimeSpan Silence { get; }

    /// <summary>Whether the peer may call from an address, and expects this node to begin the handshake.</summary>
    internal bool Expects(IPAddress address) => _isClient && _targets.Any(one => one.Ip!.Equals(address));

    internal PeerId Peer => _peer;

    /// <summary>Takes one of the places of callers that are waited for; there are no more than addresses that are dialed.</summary>
    /// <returns>False when all are taken: it is a caller like any other.</returns>
    internal bool TakeCaller() => Interlocked.Increment(ref _callers) <= MaxAddresses;

    /// <summary>
    /// Who connects where this node alone dials, as an ordinary client from ports of their own: a SYN from the listen port that a NAT
    /// let out and nobody answered would have it drop, for its time, what comes of the punch between the same ports (Linux's does). Null
    /// where both dial.
    /// </summary>
    internal TcpConnector? Alone { get; init; }

    /// <summary>There is a direct connection to the peer; from any thread.</summary>
    internal void Succeed(ShardConnection connection) => _direct.TrySetResult(connection);

    /// <summary>Dials.</summary>
    /// <param name="time">How long, handshakes that are under way aside.</param>
    /// <param name="stopping">Ends it.</param>
    /// <returns>The connection; null when there is none.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    internal async Task<ShardConnection?> RunAsync(TimeSpan time, CancellationToken stopping)
    {
        if (_node.FindDirect(_peer) is { } there)
        {
            return there;
        }

        using CancellationTokenSource connecting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task all = Task.WhenAll(Enumerable.Range(0, _targets.Length).Select(i => TryAsync(i, connecting.Token)));
        ShardConnection? found;
        try
        {
            // to the end of the time, also when all have failed: the peer's dial may arrive
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            Task<ShardConnection?> waiting = WaitAsync(time, over.Token);
            if (Alone != null && await Task.WhenAny(waiting, all).ConfigureAwait(false) == all && !_direct.Task.IsCompleted)
            {
                await over.CancelAsync().ConfigureAwait(false);
                _ = waiting.ContinueWith(one => one.Exception, TaskScheduler.Default);
                return _node.FindDirect(_peer);
            }

            found = await waiting.ConfigureAwait(false);
        }
        finally
        {
            // Handshakes go on: where both sides broke off all but the first, and differ in which that is, none would be left.
            await connecting.CancelAsync().ConfigureAwait(false);
        }

        if (found == null)
        {
            await Task.WhenAny(_direct.Task, all).WaitAsync(stopping).ConfigureAwait(false);
            found = _node.FindDirect(_peer);
        }

        return found;
    }

    /// <summary>Waits for a connection.</summary>
    /// <returns>The connection; null when there is none in time.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    internal async Task<ShardConnection?> WaitAsync(TimeSpan time, CancellationToken stopping)
    {
        try
        {
            return await _direct.Task.WaitAsync(time, stopping).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return _node.FindDirect(_peer);
        }
    }

    /// <summary>Waits whether the other end of a connection proposes a protocol by itself, as a client does. Servers may say that they
    /// speak multistream, and nothing more.</summary>
    /// <returns>True when it does, or has left; false when it did not in all the time.</returns>
    internal static async Task<bool> SpeaksFirstAsync(Socket socket, TimeSpan time)
    {
        // looked at, and not awaited: the socket's poller is the shard's from now on
        long end = Environment.TickCount64 + (long)time.TotalMilliseconds;
        try
        {
            while (socket.Available <= MultistreamBytes && !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0))
            {
                if (Environment.TickCount64 >= end)
                {
                    return false;
                }

                await Task.Delay(_look).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // its shard sees that, too
        }

        return true;
    }

    private async Task TryAsync(int i, CancellationToken connecting)
    {
        try
        {
            await Task.Yield();
            Socket socket = await (Alone ?? _node.Dialer.Tcp).ConnectAsync(_targets[i], connecting).ConfigureAwait(false);

            // js-libp2p 3 and go-libp2p before 0.41 are the client where the spec has us be it
            bool isClient = _isClient && (Alone != null || !await SpeaksFirstAsync(socket, Silence).ConfigureAwait(false));
            Succeed(await _node.ConnectAsync(new SocketSource(socket), _peer, isClient, CancellationToken.None).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            _errors[i] = "no answer";
        }
        catch (Libp2pException e)
        {
            _errors[i] = e.Text;
        }
    }
}
