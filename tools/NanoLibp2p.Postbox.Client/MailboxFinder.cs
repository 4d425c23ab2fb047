using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>
/// Finds gateways that say that they keep a peer's mail: in a DHT and at rendezvous points, all asked at a time (SPEC.md 12). From any
/// thread. Anybody can say so; a <see cref="MailSender"/> believes those alone whom the peer's own record names.
/// </summary>
/// <example>
/// <code>
/// MailboxFinder finder = new(node, kademlia, [rendezvousPoint]);
/// await using MailSender sender = MailSender.Open(node, identity, "sent.mail", new MailSenderOptions { Find = finder.FindAsync });
/// </code>
/// </example>
public sealed class MailboxFinder
{
    /// <summary>Gateways that are told at the most, of both sources.</summary>
    public const int MaxGateways = 8;

    /// <summary>Addresses that are told at the most, of all gateways: the first of each, then the second, and so on.</summary>
    public const int MaxAddresses = 16;

    /// <summary>Rendezvous points that are asked at the most.</summary>
    public const int MaxPoints = 8;

    private readonly Libp2pNode _node;
    private readonly KademliaService? _kademlia;
    private readonly Multiaddr[] _points;
    private readonly RendezvousClient _rendezvous;

    /// <summary>Makes one.</summary>
    /// <param name="node">The node that asks.</param>
    /// <param name="kademlia">The DHT, on that node, and the caller's; null for none.</param>
    /// <param name="points">Addresses of rendezvous points, which are dialed when they are asked; at most <see cref="MaxPoints"/>.</param>
    /// <exception cref="ArgumentException">There are too many points.</exception>
    public MailboxFinder(Libp2pNode node, KademliaService? kademlia, IReadOnlyCollection<Multiaddr>? points = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        _node = node;
        _kademlia = kademlia;
        _points = [.. points ?? []];
        if (_points.Length > MaxPoints)
        {
            throw new ArgumentException($"{_points.Length} rendezvous points; give at most {MaxPoints}");
        }

        _rendezvous = new RendezvousClient(node);
    }

    /// <summary>How long it looks; then it tells what it has. More than 0.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A source failed: a point that can't be reached, a DHT where nobody answers. The others are asked all the same. On the
    /// thread pool.</summary>
    public event Action<Exception>? SourceFailed;

    /// <summary>Looks for gateways of a peer's mailbox; as <see cref="MailSenderOptions.Find"/> wants it.</summary>
    /// <param name="peer">Whose mailbox.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Their addresses, each with its peer id; none when nobody knows one. Sources take turns, so that who fills one
    /// keeps nobody out of the others.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<Multiaddr>> FindAsync(PeerId peer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(peer);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(Patience);
        List<Task<List<Found>>> asked = [.. _points.Select(point => TryAsync(found => AskAsync(point, peer, found, over.Token)))];
        if (_kademlia != null)
        {
            asked.Add(TryAsync(found => AskAsync(_kademlia, peer, found, over.Token)));
        }

        List<Found>[] answers = await Task.WhenAll(asked).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();

        Found[] gateways = [.. InTurn(answers).GroupBy(one => one.Peer).Take(MaxGateways)
            .Select(same => new Found(same.Key, [.. same.SelectMany(one => one.Addresses).Distinct().Take(MaxAddresses)]))];
        return [.. InTurn(gateways.Select(one => one.Addresses)).Take(MaxAddresses)];
    }

    private async Task AskAsync(Multiaddr point, PeerId peer, List<Found> found, CancellationToken cancellationToken)
    {
        PeerId at = await _node.DialAsync([point], cancellationToken).ConfigureAwait(false);
        RendezvousPage page = await _rendezvous.DiscoverAsync(at, MailboxNames.Namespace(peer), MaxGateways, null, cancellationToken)
            .ConfigureAwait(false);
        foreach (RendezvousRegistration one in page.Registrations)
        {
            Add(found, one.Record.Peer, one.Record.Addresses);
        }
    }

    private async Task AskAsync(KademliaService kademlia, PeerId peer, List<Found> found, CancellationToken cancellationToken)
    {
        List<PeerId> elsewhere = [];
        await foreach (KademliaPeerInfo one in kademlia.FindProvidersAsync(MailboxNames.Cid(peer), cancellationToken).ConfigureAwait(false))
        {
            Add(found, one.Id, one.Addresses);
            if (found.Count >= MaxGateways)
            {
                return;
            }

            if (one.Addresses.Count == 0 && elsewhere.Count < MaxGateways)
            {
                elsewhere.Add(one.Id);
            }
        }

        // a DHT forgets where a provider is earlier than what it provides
        foreach (PeerId gateway in elsewhere.Take(MaxGateways - found.Count))
        {
            KademliaPeerInfo? one = await kademlia.FindPeerAsync(gateway, cancellationToken).ConfigureAwait(false);
            Add(found, gateway, one?.Addresses ?? []);
        }
    }

    private void Add(List<Found> found, PeerId gateway, IEnumerable<Multiaddr> addresses)
    {
        Multiaddr[] named = [.. addresses.Select(one => one.PeerId == null || (one.Has(MultiaddrProtocol.P2pCircuit)
            && !gateway.Equals(one.PeerId)) ? one.WithPeerId(gateway) : one).Where(one => gateway.Equals(one.PeerId)).Take(MaxAddresses)];
        if (named.Length > 0 && !gateway.Equals(_node.PeerId))
        {
            found.Add(new Found(gateway, named));
        }
    }

    // what was found before a source failed counts
    private async Task<List<Found>> TryAsync(Func<List<Found>, Task> ask)
    {
        List<Found> found = [];
        try
        {
            await ask(found).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            SourceFailed?.Invoke(new TimeoutException($"it was not done in {Patience.TotalSeconds} s"));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or ArgumentException)
        {
            SourceFailed?.Invoke(e);
        }

        return found;
    }

    // the first of each, then the second, and so on
    private static IEnumerable<T> InTurn<T>(IEnumerable<IReadOnlyList<T>> lists)
    {
        IReadOnlyList<T>[] all = [.. lists];
        for (int i = 0; all.Any(one => i < one.Count); i++)
        {
            foreach (IReadOnlyList<T> one in all.Where(one => i < one.Count))
            {
                yield return one[i];
            }
        }
    }

    private sealed record Found(PeerId Peer, IReadOnlyList<Multiaddr> Addresses);
}
