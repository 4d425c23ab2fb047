using System;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>
/// A rendezvous point (libp2p rendezvous spec, r3): peers register their signed records in namespaces, and others ask for those of a
/// namespace.
/// </summary>
/// <example><code>await using RendezvousPoint point = RendezvousPoint.Start(node, new RendezvousPointOptions());</code></example>
public sealed class RendezvousPoint : IAsyncDisposable
{
    /// <summary>The shortest time that a registration lives, and how long it does when the peer says nothing.</summary>
    public static readonly TimeSpan MinTtl = TimeSpan.FromHours(2);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan MaxTtl = TimeSpan.FromHours(72);

    private static readonly TimeSpan _sweepInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Libp2pNode _node;
    private readonly RendezvousPointOptions _options;
    private readonly RendezvousRegistry _registry;
    private readonly RequestLimiter _limiter;
    private readonly CryptoProvider _crypto = DesktopCrypto.Choose();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sweeping;

    private RendezvousPoint(Libp2pNode node, RendezvousPointOptions options)
    {
        options.Check();
        _node = node;
        _options = options;
        _registry = new RendezvousRegistry(options, node.Time);
        _limiter = new RequestLimiter(node.Time, options.RequestsPerMinute, options.RequestsPerMinutePerPeer);
        node.Handle(RendezvousMessage.Id, ServeAsync);
        _sweeping = SweepAsync();
    }

    /// <summary>Registrations that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _registry.Count;
            }
        }
    }

    /// <summary>Begins to serve.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or the node is a point already.</exception>
    /// <exception cref="Libp2pException">The node has too many protocols, or has ended.</exception>
    public static RendezvousPoint Start(Libp2pNode node, RendezvousPointOptions options)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        return new RendezvousPoint(node, options);
    }

    /// <summary>Serves no more: streams are broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(false);
    }

    // several requests may follow on a stream
    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        MessageStream messages = new(stream, _options.StreamTimeout);
        try
        {
            while (await messages.ReadMessageAsync(RendezvousMessage.MaxRequest, either.Token).ConfigureAwait(false) is { } bytes)
            {
                bool isTooMuch = !_limiter.Count(stream.RemotePeer);
                RendezvousMessage? request = RendezvousMessage.Read(bytes);
                if (request == null || !Answer(stream, request, isTooMuch, out RendezvousMessage? answer))
                {
                    stream.Abort(ErrorCode.ProtocolViolation);
                    return;
                }

                if (answer != null)
                {
                    await messages.WriteMessageAsync(answer.ToBytes(), either.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            stream.Abort(e, _stopping.IsCancellationRequested);
        }
    }

    // false for what is no request
    private bool Answer(PeerStream stream, RendezvousMessage request, bool isTooMuch, out RendezvousMessage? answer)
    {
        answer = null;
        switch (request.Type)
        {
            case RendezvousMessage.Kind.Register:
                TimeSpan ttl = request.Ttl == 0 ? MinTtl : TimeSpan.FromSeconds(Math.Min(request.Ttl, (ulong)int.MaxValue));
                RendezvousStatus status = isTooMuch ? RendezvousStatus.Unavailable : Register(stream, request, ttl);
                answer = new RendezvousMessage
                {
                    Type = RendezvousMessage.Kind.RegisterResponse,
                    Status = (ulong)status,
                    Text = status == RendezvousStatus.Ok ? "" : status.ToString(),
                    Ttl = status == RendezvousStatus.Ok ? (ulong)ttl.TotalSeconds : 0,
                };
                return true;
            case RendezvousMessage.Kind.Discover:
                answer = Discover(request, isTooMuch);
                return true;
            case RendezvousMessage.Kind.Unregister:
                // there is no answer
                if (!isTooMuch && request.Namespace != null)
                {
                    lock (_lock)
                    {
                        _registry.Remove(request.Namespace, stream.RemotePeer);
                    }
                }

                return true;
            default:
                return false;
        }
    }

    private RendezvousStatus Register(PeerStream stream, RendezvousMessage request, TimeSpan ttl)
    {
        if (!IsNamespace(request.Namespace))
        {
            return RendezvousStatus.InvalidNamespace;
        }

        if (ttl < MinTtl || ttl > MaxTtl)
        {
            return RendezvousStatus.InvalidTtl;
        }

        IPAddress? ip = AddressScopes.IpOf(stream.Connection.RemoteAddress);
        lock (_lock)
        {
            PeerRecord? record = PeerRecord.Open(request.Record, _crypto, _node.Verifier, out RecordError _);
            return record == null ? RendezvousStatus.InvalidSignedPeerRecord
                : !record.Peer.Equals(stream.RemotePeer) ? RendezvousStatus.NotAuthorized
                : _registry.Add(request.Namespace!, record, ttl, ip == null ? null : AddressScopes.Group(ip));
        }
    }

    private RendezvousMessage Discover(RendezvousMessage request, bool isTooMuch)
    {
        RendezvousPage page = new([], []);
        RendezvousStatus status = RendezvousStatus.Unavailable;
        if (request.Namespace != null && !IsNamespace(request.Namespace))
        {
            status = RendezvousStatus.InvalidNamespace;
        }
        else if (!isTooMuch)
        {
            int limit = request.Limit == 0 ? RendezvousMessage.MaxPeers : (int)Math.Min(request.Limit, RendezvousMessage.MaxPeers);
            lock (_lock)
            {
                status = _registry.Discover(request.Namespace, limit, request.Cookie, out page);
            }
        }

        RendezvousMessage answer = new()
        {
            Type = RendezvousMessage.Kind.DiscoverResponse,
            Status = (ulong)status,
            Text = status == RendezvousStatus.Ok ? "" : status.ToString(),
            Cookie = page.Cookie,
        };
        DateTimeOffset now = _node.Time.GetUtcNow();
        foreach (RendezvousRegistration one in page.Registrations)
        {
            ulong left = (ulong)Math.Max(1, (one.Expires - now).TotalSeconds);
            answer.Registrations.Add((one.Namespace, one.Record.Envelope.Bytes.ToArray(), left));
        }

        return answer;
    }

    private static bool IsNamespace(string? name)
        => name is { Length: > 0 } && Encoding.UTF8.GetByteCount(name) <= RendezvousMessage.MaxNamespace
            && !name.Contains('\uFFFD', StringComparison.Ordinal);

    private async Task SweepAsync()
    {
        await Task.Yield();
        using PeriodicTimer timer = new(_sweepInterval, _node.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                lock (_lock)
                {
                    _registry.Sweep();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the point has ended
        }
    }
}
