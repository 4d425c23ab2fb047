using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;
using NanoLibp2p.Postbox.Service;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// Tells the DHT and rendezvous points whose mail is kept here (<c>postbox.announce</c>), one mailbox at a time, and again before that is
/// forgotten; first of the mailboxes whose owners were here last. Only of those with a record, since senders believe no other.
/// </summary>
/// <param name="node">The gateway's node.</param>
/// <param name="service">The postbox; null while there is none.</param>
/// <param name="kademlia">The DHT; null for none.</param>
/// <param name="points">Addresses of rendezvous points, with peer ids.</param>
/// <param name="isOn">Whether it is wanted now. Once it is not, points are told so; what the DHT knows ends by itself.</param>
/// <param name="time">The clock of all that waits.</param>
/// <param name="conditions">Where is told when nobody takes it.</param>
/// <param name="log">Where it is told when a source fails, or does again.</param>
internal sealed class MailboxAnnouncer(
    Libp2pNode node, Func<PostboxService?> service, KademliaService? kademlia, IReadOnlyList<string> points, Func<bool> isOn,
    TimeProvider time, Conditions conditions, ILogger log)
{
    internal const string Condition = "postbox-announce";

    private const string Dht = "the DHT";

    /// <summary>When it is told again; both sources keep it for 24 hours.</summary>
    internal static readonly TimeSpan RenewAfter = TimeSpan.FromHours(18);

    private static readonly TimeSpan _lifetime = TimeSpan.FromHours(24);
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan _nobodyAgain = TimeSpan.FromMinutes(5);

    // a point takes 120 requests of a peer in a minute
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lookAgain = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly RendezvousClient _rendezvous = new(node);
    private readonly long _started = time.GetTimestamp();
    private readonly Dictionary<PeerId, Told> _told = [];
    private readonly HashSet<PeerId> _atPoints = [];
    private readonly Queue<TimeSpan> _lastHour = new();
    private readonly Queue<PeerId> _next = new();
    private readonly Dictionary<string, (string Why, TimeSpan Until)> _failed = new(StringComparer.Ordinal);
    private TimeSpan _look;
    private int _mailboxes = -1;
    private int _known;
    private bool _isOff = true;
    private bool _hasMoved;

    /// <summary>Mailboxes that are told of in any hour. With <see cref="RenewAfter"/> that is 10,800 in all.</summary>
    internal int MostPerHour { get; init; } = 600;

    /// <summary>Mailboxes that are told of in all.</summary>
    internal int MostMailboxes { get; init; } = 10_000;

    /// <summary>Of them those at rendezvous points, which take 1,000 registrations of a peer, its others among them.</summary>
    internal int MostAtPoints { get; init; } = 900;

    private TimeSpan Now => time.GetElapsedTime(_started);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        void OnMoved(IReadOnlyList<Multiaddr> now) => Volatile.Write(ref _hasMoved, true);
        node.AnnouncedAddressesChanged += OnMoved;
        try
        {
            while (true)
            {
                if (service() is { } postbox)
                {
                    await StepAsync(postbox, cancellationToken).ConfigureAwait(false);
                }

                await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // the gateway ends. What was told ends by itself, or is told again after its start
        }
        finally
        {
            node.AnnouncedAddressesChanged -= OnMoved;
        }
    }

    /// <summary>A line for the status; null when it is off.</summary>
    internal string? Describe() => Volatile.Read(ref _isOff) ? null : $"{Volatile.Read(ref _known)} mailboxes can be found by others";

    /// <summary>Does one thing at the most.</summary>
    private async Task StepAsync(PostboxService postbox, CancellationToken cancellationToken)
    {
        bool isOff = !isOn();
        Volatile.Write(ref _isOff, isOff);
        if (isOff)
        {
            await EndAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        if (kademlia == null && points.Count == 0)
        {
            conditions.Set(Condition, "postbox.announce is on, and there is nobody to tell: neither kademlia.enabled nor a point in "
                + "rendezvous.register");
            return;
        }

        if (Now >= _look || postbox.Count != _mailboxes || Volatile.Read(ref _hasMoved))
        {
            Plan(postbox);
        }

        if (_atPoints.FirstOrDefault(one => !_told.ContainsKey(one)) is { } closed)
        {
            await LeaveAsync(closed, cancellationToken).ConfigureAwait(false);
            return;
        }

        while (_lastHour.TryPeek(out TimeSpan first) && first <= Now - _hour)
        {
            _lastHour.Dequeue();
        }

        while (_lastHour.Count < MostPerHour && _next.TryDequeue(out PeerId? peer))
        {
            if (postbox.Find(peer) != null)
            {
                _lastHour.Enqueue(Now);
                await TellAsync(peer, cancellationToken).ConfigureAwait(false);
                return;
            }
        }
    }

    private void Plan(PostboxService postbox)
    {
        _look = Now + _lookAgain;
        _mailboxes = postbox.Count;
        IReadOnlyList<PeerId> newest = postbox.Newest(MostMailboxes);
        HashSet<PeerId> open = [.. newest];
        bool hasMoved = Volatile.Read(ref _hasMoved);
        Volatile.Write(ref _hasMoved, false);
        foreach (PeerId peer in _told.Keys.ToArray())
        {
            if (!open.Contains(peer))
            {
                _told.Remove(peer);
            }
            else if (hasMoved)
            {
                _told[peer] = _told[peer] with { Due = Now };
            }
        }

        _next.Clear();
        foreach (PeerId peer in newest.Where(one => !_told.ContainsKey(one))
            .Concat(_told.Where(one => one.Value.Due <= Now).OrderBy(one => one.Value.Due).Select(one => one.Key)))
        {
            _next.Enqueue(peer);
        }

        Count();
    }

    private async Task TellAsync(PeerId peer, CancellationToken cancellationToken)
    {
        int taken = 0;
        int refused = 0;
        TimeSpan lasts = _lifetime;
        if (kademlia != null)
        {
            bool isDone = await TryAsync(Dht, async late =>
            {
                if (await kademlia.ProvideOnceAsync(MailboxNames.Cid(peer), late).ConfigureAwait(false) == 0)
                {
                    throw new IOException("no peer of it could be reached");
                }
            }, cancellationToken).ConfigureAwait(false);
            (taken, refused) = isDone ? (taken + 1, refused) : (taken, refused + 1);
        }

        if (_atPoints.Contains(peer) || _atPoints.Count < MostAtPoints)
        {
            foreach (string point in points)
            {
                bool isDone = await TryAsync(point, async late =>
                {
                    PeerId at = await ConnectAsync(point, late).ConfigureAwait(false);
                    TimeSpan granted = await _rendezvous.RegisterAsync(at, MailboxNames.Namespace(peer), _lifetime, late)
                        .ConfigureAwait(false);
                    lasts = granted < lasts ? granted : lasts;
                    _atPoints.Add(peer);
                }, cancellationToken).ConfigureAwait(false);
                (taken, refused) = isDone ? (taken + 1, refused) : (taken, refused + 1);
            }
        }

        // a source that fails has the others told no more often than they need
        TimeSpan wait = taken == 0 ? _nobodyAgain : refused > 0 ? _hour : lasts * (RenewAfter / _lifetime);
        _told[peer] = new Told(Now + wait, taken > 0);
        Count();
        if (taken > 0)
        {
            conditions.Clear(Condition);
        }
        else if (refused > 0)
        {
            conditions.Set(Condition, "senders do not find the mailboxes that are kept here: " + string.Join("; ", _failed
                .OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}: {one.Value.Why}")));
        }
    }

    private async Task LeaveAsync(PeerId peer, CancellationToken cancellationToken)
    {
        _atPoints.Remove(peer);
        foreach (string point in points)
        {
            await TryAsync(point, async late =>
            {
                PeerId at = await ConnectAsync(point, late).ConfigureAwait(false);
                await _rendezvous.UnregisterAsync(at, MailboxNames.Namespace(peer), late).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        conditions.Clear(Condition);
        _told.Clear();
        _next.Clear();
        _mailboxes = -1;
        Count();
        if (_atPoints.FirstOrDefault() is { } peer)
        {
            await LeaveAsync(peer, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<PeerId> ConnectAsync(string point, CancellationToken cancellationToken)
    {
        Multiaddr address = Multiaddr.Parse(point);
        return address.PeerId is { } peer && node.IsConnected(peer) ? peer
            : await node.DialAsync(address, cancellationToken).ConfigureAwait(false);
    }

    // One that has failed rests.
    private async Task<bool> TryAsync(string whom, Func<CancellationToken, Task> tell, CancellationToken cancellationToken)
    {
        if (_failed.TryGetValue(whom, out (string Why, TimeSpan Until) failed) && Now < failed.Until)
        {
            return false;
        }

        using CancellationTokenSource over = new(_patience, time);
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        string why;
        try
        {
            await tell(late.Token).ConfigureAwait(false);
            if (_failed.Remove(whom))
            {
                log.LogInformation("{Whom} takes mailboxes again", whom);
            }

            return true;
        }
        catch (IOException e)
        {
            why = e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            why = $"not done in {_patience.TotalSeconds} s";
        }

        if (!_failed.ContainsKey(whom))
        {
            log.LogWarning("{Whom} takes no mailboxes: {Why}; it is tried again", whom, why);
        }

        _failed[whom] = (why, Now + _nobodyAgain);
        return false;
    }

    private void Count() => Volatile.Write(ref _known, _told.Values.Count(one => one.IsKnown));

    private readonly record struct Told(TimeSpan Due, bool IsKnown);
}
