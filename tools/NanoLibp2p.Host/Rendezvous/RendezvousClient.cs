using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>Registers a node at rendezvous points, and finds others there (libp2p rendezvous spec, r3). From any thread.</summary>
/// <example>
/// <code>
/// RendezvousClient rendezvous = new(node);
/// await rendezvous.RegisterAsync(point, "greenhouse");
/// RendezvousPage page = await rendezvous.DiscoverAsync(point, "greenhouse");
/// </code>
/// </example>
/// <param name="node">The node; it must be connected to the point.</param>
public sealed class RendezvousClient(Libp2pNode node)
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _lastPause = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly CryptoProvider _crypto = DesktopCrypto.Choose();

    /// <summary>Registers this node's addresses, as <see cref="Libp2pNode.AnnouncedAddresses"/> are for the point, signed.</summary>
    /// <param name="point">The rendezvous point, connected.</param>
    /// <param name="name">The namespace, 1 to 255 bytes of UTF-8.</param>
    /// <param name="ttl">For how long, 2 to 72 hours; null for the point's default of 2.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>For how long it is registered.</returns>
    /// <exception cref="RendezvousException">The point has refused.</exception>
    /// <exception cref="Libp2pException">The point is not connected, is no rendezvous point, or did not answer.</exception>
    public async Task<TimeSpan> RegisterAsync(PeerId point, string name, TimeSpan? ttl = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        IReadOnlyList<PeerConnection> connections = node.ConnectionsTo(point);
        PeerRecord record = node.AnnouncementFor(connections.Count > 0 ? connections[^1].RemoteAddress : null).Record;
        RendezvousMessage answer = await AskAsync(
            point,
            new RendezvousMessage
            {
                Type = RendezvousMessage.Kind.Register,
                Namespace = name,
                Record = record.Envelope.Bytes.ToArray(),
                Ttl = (ulong)Math.Max(0, (ttl ?? TimeSpan.Zero).TotalSeconds),
            },
            RendezvousMessage.Kind.RegisterResponse,
            cancellationToken).ConfigureAwait(false);
        return TimeSpan.FromSeconds(Math.Min(answer.Ttl, (ulong)RendezvousPoint.MaxTtl.TotalSeconds));
    }

    /// <summary>Ends a registration. The point says nothing to it.</summary>
    /// <exception cref="Libp2pException">The point is not connected, or is no rendezvous point.</exception>
    public async Task UnregisterAsync(PeerId point, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        PeerStream stream = await node.OpenStreamAsync(point, RendezvousMessage.Id, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            RendezvousMessage request = new() { Type = RendezvousMessage.Kind.Unregister, Namespace = name };
            await new MessageStream(stream, _timeout).WriteMessageAsync(request.ToBytes(), cancellationToken).ConfigureAwait(false);
            stream.CompleteWrites();

            // its end is the sign that the point has read it
            await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for the peers of a namespace. Their records are kept in the node's peer store, too.</summary>
    /// <param name="point">The rendezvous point, connected.</param>
    /// <param name="name">The namespace; null for all.</param>
    /// <param name="limit">As many peers at the most, up to 1,000; 0 for as many as the point gives.</param>
    /// <param name="cookie">That of the page before, to hear only of those that registered since; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The peers whose records were signed by them; the others are left out.</returns>
    /// <exception cref="RendezvousException">The point has refused; with InvalidCookie, ask again without one.</exception>
    /// <exception cref="Libp2pException">The point is not connected, is no rendezvous point, or did not answer.</exception>
    public async Task<RendezvousPage> DiscoverAsync(PeerId point, string? name, int limit = 0, byte[]? cookie = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        RendezvousMessage answer = await AskAsync(
            point,
            new RendezvousMessage { Type = RendezvousMessage.Kind.Discover, Namespace = name, Limit = (ulong)limit, Cookie = cookie },
            RendezvousMessage.Kind.DiscoverResponse,
            cancellationToken).ConfigureAwait(false);
        List<RendezvousRegistration> found = [];
        DateTimeOffset now = node.Time.GetUtcNow();
        foreach ((string where, byte[] bytes, ulong ttl) in answer.Registrations)
        {
            PeerRecord? record = Open(bytes);
            if (record != null && (name == null || where == name) && (limit == 0 || found.Count < limit))
            {
                TimeSpan left = TimeSpan.FromSeconds(Math.Min(ttl, (ulong)RendezvousPoint.MaxTtl.TotalSeconds));
                found.Add(new RendezvousRegistration(where, record, now + left));
                node.PeerStore.AddRecord(record, left);
            }
        }

        return new RendezvousPage(found, answer.Cookie ?? []);
    }

    /// <summary>
    /// Registers this node and stays registered until it is cancelled: anew when three quarters of the time are over and when its addresses
    /// change; when the point refuses or is gone, again after 10 seconds, and longer each time, to 5 minutes. It dials the point itself.
    /// </summary>
    /// <param name="point">An address of the point, with its peer id.</param>
    /// <param name="name">The namespace.</param>
    /// <param name="onRefused">Hears why, each time; may be null.</param>
    /// <param name="cancellationToken">Ends it; the registration is ended at the point as well, if that can be reached.</param>
    /// <exception cref="ArgumentException">The address has no peer id.</exception>
    public Task KeepRegisteredAsync(Multiaddr point, string name, Action<Exception>? onRefused, CancellationToken cancellationToken)
        => KeepRegisteredAsync(point, name, onRefused, null, cancellationToken);

    /// <summary>The same, and tells as well when it is registered.</summary>
    /// <param name="point">An address of the point, with its peer id.</param>
    /// <param name="name">The namespace.</param>
    /// <param name="onRefused">Hears why, each time; may be null.</param>
    /// <param name="onRegistered">Hears for how long the point has registered it, each time; may be null.</param>
    /// <param name="cancellationToken">Ends it; the registration is ended at the point as well, if that can be reached.</param>
    /// <exception cref="ArgumentException">The address has no peer id.</exception>
    public async Task KeepRegisteredAsync(Multiaddr point, string name, Action<Exception>? onRefused, Action<TimeSpan>? onRegistered,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(point);
        PeerId peer = point.PeerId ?? throw new ArgumentException($"{point} does not say which peer it is; add /p2p/ and its id");
        using SemaphoreSlim changed = new(0);
        void OnChanged(IReadOnlyList<Multiaddr> now) => changed.Release();
        node.AnnouncedAddressesChanged += OnChanged;
        TimeSpan pause = _firstPause;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                TimeSpan wait;
                try
                {
                    await node.DialAsync(point, cancellationToken).ConfigureAwait(false);
                    TimeSpan lasts = await RegisterAsync(peer, name, null, cancellationToken).ConfigureAwait(false);
                    wait = lasts * 0.75;
                    pause = _firstPause;
                    onRegistered?.Invoke(lasts);
                }
                catch (Exception e) when (e is Libp2pException or RendezvousException)
                {
                    onRefused?.Invoke(e);
                    wait = pause;
                    pause = pause * 2 < _lastPause ? pause * 2 : _lastPause;
                }

                await WaitAsync(changed, wait, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await LeaveAsync(peer, name).ConfigureAwait(false);
        }
        finally
        {
            node.AnnouncedAddressesChanged -= OnChanged;
        }
    }

    private async Task WaitAsync(SemaphoreSlim changed, TimeSpan wait, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task delay = Task.Delay(wait, node.Time, over.Token);
        await Task.WhenAny(delay, changed.WaitAsync(over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        while (changed.Wait(0, CancellationToken.None))
        {
            // changes that came together are one
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task LeaveAsync(PeerId point, string name)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(2));
        try
        {
            await UnregisterAsync(point, name, late.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            // it expires there by itself
        }
    }

    private PeerRecord? Open(byte[] bytes)
    {
        lock (_lock)
        {
            return PeerRecord.Open(bytes, _crypto, node.Verifier, out RecordError _);
        }
    }

    private async Task<RendezvousMessage> AskAsync(PeerId point, RendezvousMessage request, RendezvousMessage.Kind expected,
        CancellationToken cancellationToken)
    {
        PeerStream stream = await node.OpenStreamAsync(point, RendezvousMessage.Id, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            MessageStream messages = new(stream, _timeout);
            await messages.WriteMessageAsync(request.ToBytes(), cancellationToken).ConfigureAwait(false);
            byte[]? bytes = await messages.ReadMessageAsync(RendezvousMessage.MaxAnswer, cancellationToken).ConfigureAwait(false);
            RendezvousMessage? answer = bytes == null ? null : RendezvousMessage.Read(bytes);
            if (answer == null || answer.Type != expected)
            {
                throw new Libp2pException(Libp2pError.MessageMalformed, point, "the rendezvous point's answer is none");
            }

            stream.CompleteWrites();
            return answer.Status == (ulong)RendezvousStatus.Ok ? answer
                : throw new RendezvousException(point, (RendezvousStatus)Math.Min(answer.Status, int.MaxValue), answer.Text);
        }
    }
}
