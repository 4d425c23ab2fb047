using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Streams;
using NanoLibp2p.Postbox.Service.Messages;

namespace NanoLibp2p.Postbox.Service;

// Mailboxes: what recipients configure, what others may know of them, and what their operator does by hand.
public sealed partial class PostboxService
{
    // of two that save one mailbox at a time the second begins anew
    private const int MaxSaves = 8;

    /// <summary>The mailboxes, in no order.</summary>
    public IReadOnlyList<MailboxInfo> Mailboxes => [.. _index.All.Select(Describe)];

    /// <summary>The mailboxes that have most waiting. Costs a look at each; those that are not told of are not described.</summary>
    /// <param name="most">How many at the most.</param>
    /// <returns>The fullest first.</returns>
    public IReadOnlyList<MailboxInfo> Fullest(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        PriorityQueue<Mailbox, int> fullest = new(Math.Min(most, _index.Count) + 1);
        foreach (Mailbox box in _index.All)
        {
            int waiting = box.Waiting;
            if (fullest.Count < most)
            {
                fullest.Enqueue(box, waiting);
            }
            else if (fullest.TryPeek(out _, out int least) && waiting > least)
            {
                fullest.DequeueEnqueue(box, waiting);
            }
        }

        List<MailboxInfo> found = [];
        while (fullest.TryDequeue(out Mailbox? box, out _))
        {
            found.Add(Describe(box));
        }

        found.Reverse();
        return found;
    }

    /// <summary>The mailboxes with a record, which senders look for. Costs a look at each; none is described.</summary>
    /// <param name="most">How many at the most.</param>
    /// <returns>Whose they are; first those whose owners were here last.</returns>
    public IReadOnlyList<PeerId> Newest(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        PriorityQueue<PeerId, uint> newest = new(Math.Min(most, _index.Count) + 1);
        foreach (Mailbox box in _index.All)
        {
            uint seen;
            lock (box.Lock)
            {
                seen = box.Seen;
                if (box.Record == null || box.IsDropped)
                {
                    continue;
                }
            }

            if (newest.Count < most)
            {
                newest.Enqueue(box.Peer, seen);
            }
            else if (newest.TryPeek(out _, out uint least) && seen > least)
            {
                newest.DequeueEnqueue(box.Peer, seen);
            }
        }

        List<PeerId> found = [];
        while (newest.TryDequeue(out PeerId? peer, out _))
        {
            found.Add(peer);
        }

        found.Reverse();
        return found;
    }

    /// <summary>A peer's mailbox; null when it has none.</summary>
    public MailboxInfo? Find(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return _index.Find(peer) is { } box ? Describe(box) : null;
    }

    /// <summary>Makes a mailbox for a peer that has not come yet.</summary>
    /// <returns>False when it has one.</returns>
    /// <exception cref="PostboxStoreException">The store failed.</exception>
    /// <exception cref="InvalidOperationException">There are as many as there may be.</exception>
    /// <exception cref="ArgumentException">The peer's key is not of Ed25519.</exception>
    public async Task<bool> OpenAsync(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (!Statements.IsEd25519(peer.ToBytes()))
        {
            throw new ArgumentException($"{peer} has no Ed25519 key, and mail is sealed to those alone");
        }

        if (_index.Find(peer) != null)
        {
            return false;
        }

        if (_index.Count >= _options.MaxMailboxes)
        {
            throw new InvalidOperationException($"there are {_options.MaxMailboxes} mailboxes already; raise Postbox.MaxMailboxes");
        }

        PostboxMailbox mailbox = new(peer.ToBytes(), 1) { Settings = new MailboxSettings().ToBytes(), Seen = _clock.Now };
        return (await _store.SaveMailboxAsync(mailbox).ConfigureAwait(false)).Outcome == MailboxOutcome.Done;
    }

    /// <summary>Drops a peer's mailbox with all its mail, of which senders may have receipts.</summary>
    /// <returns>False when it has none.</returns>
    /// <exception cref="PostboxStoreException">The store failed.</exception>
    public async Task<bool> CloseAsync(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return _index.Find(peer) is { } box && await DropAsync(box, _ => true).ConfigureAwait(false);
    }

    /// <summary>Removes all mail that waits for a peer, of which senders may have receipts; their fates become unknown.</summary>
    /// <returns>How many items there were.</returns>
    /// <exception cref="PostboxStoreException">The store failed.</exception>
    public async Task<int> PurgeAsync(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (_index.Find(peer) is not { } box)
        {
            return 0;
        }

        PostboxHead[] waiting;
        lock (box.Lock)
        {
            waiting = [.. box.List(0)];
        }

        int count = await _store.ForgetAsync(waiting).ConfigureAwait(false);
        Metrics.Removed(count);
        return count;
    }

    /// <summary>Sets how much a mailbox may have; what is there already stays.</summary>
    /// <param name="peer">Whose.</param>
    /// <param name="items">Items, 1 to 65,536; 0 for the gateway's own.</param>
    /// <param name="bytes">Bytes, at most 1 GiB; 0 for the gateway's own.</param>
    /// <returns>False when it has none.</returns>
    /// <exception cref="PostboxStoreException">The store failed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public async Task<bool> SetQuotaAsync(PeerId peer, int items, long bytes)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, 65_536);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, 1024L * 1024 * 1024);
        return _index.Find(peer) is { } box && await SaveAsync(
            box, saved => With(saved, MailboxSettings.Read(saved.Settings) with { QuotaItems = (uint)items, QuotaBytes = (ulong)bytes }))
            .ConfigureAwait(false) != null;
    }

    internal async Task<Reply> ConfigureAsync(Visitor visitor, ConfigureRequest request)
    {
        int wait = _lookupsByPeer.Take(visitor.Peer, _options.LookupsPerPeer);
        if (wait > 0)
        {
            return Refuse(request, PostboxCode.RateLimited, "too many requests") with { RetryAfter = (uint)wait };
        }

        if (!Statements.IsEd25519(visitor.Peer.ToBytes()))
        {
            return Refuse(request, PostboxCode.Unsupported, "the peer's key is not of Ed25519");
        }

        Mailbox? box = _index.Find(visitor.Peer);
        if (box == null && (!_options.Admits(visitor.Peer) || _index.Count >= _options.MaxMailboxes))
        {
            return Refuse(request, PostboxCode.NotAdmitted, "this gateway gives the peer no mailbox");
        }

        // a signature is verified for those alone who have a mailbox, or may have one
        MailboxStatement? record = null;
        if (request.Record.Length > 0
            && (record = Statements.OpenRecord(request.Record.Span, visitor.Peer)) == null)
        {
            return Refuse(request, PostboxCode.Malformed, "the record is none, or signed by somebody else");
        }

        try
        {
            if (box == null)
            {
                PostboxMailbox made = new(visitor.Peer.ToBytes(), 1)
                {
                    Settings = Changed(new MailboxSettings(), request).ToBytes(),
                    Record = record?.Bytes ?? [],
                    Seen = _clock.Now,
                };
                if ((await _store.SaveMailboxAsync(made).ConfigureAwait(false)).Outcome == MailboxOutcome.Done)
                {
                    return Configured(request, _index.Find(visitor.Peer));
                }

                box = _index.Find(visitor.Peer);
            }

            if (box == null)
            {
                return Failed(request);
            }

            bool isStale = false;
            PostboxMailbox? saved = await SaveAsync(box, before =>
            {
                MailboxStatement? held = before.Record.Length == 0 ? null
                    : Statements.OpenRecord(before.Record, visitor.Peer);
                isStale = record != null && held != null && (record.Sequence < held.Sequence
                    || (record.Sequence == held.Sequence && !record.Bytes.AsSpan().SequenceEqual(held.Bytes)));
                return isStale ? null
                    : With(before, Changed(MailboxSettings.Read(before.Settings), request), record?.Bytes, _clock.Now);
            }).ConfigureAwait(false);
            return isStale ? Refuse(request, PostboxCode.Stale, "older than the record that is held") with { Record = box.Record?.Bytes }
                : saved == null ? Failed(request) : Configured(request, box);
        }
        catch (Exception e) when (e is PostboxStoreException or ObjectDisposedException)
        {
            return Failed(request);
        }
    }

    internal Reply Query(Visitor visitor, QueryRequest request)
    {
        int wait = _lookupsByPeer.Take(visitor.Peer, _options.LookupsPerPeer);
        if (wait > 0)
        {
            return Refuse(request, PostboxCode.RateLimited, "too many queries") with { RetryAfter = (uint)wait };
        }

        if (_index.Find(request.To) is not { } box)
        {
            return Refuse(request, PostboxCode.NoMailbox, "no mailbox here");
        }

        bool isDoubtful = _clock.IsInDoubt();
        MessageWriter fates = new();
        lock (box.Lock)
        {
            foreach (ItemId id in request.Ids)
            {
                fates.Message(1, Fate(box.Find(id), isDoubtful));
            }
        }

        return new Reply(request.Serial, PostboxCode.Ok) { BodyField = Reply.FatesField, Body = fates };
    }

    internal Reply Lookup(Visitor visitor, LookupRequest request)
    {
        int wait = _lookupsByPeer.Take(visitor.Peer, _options.LookupsPerPeer);
        return wait > 0 ? Refuse(request, PostboxCode.RateLimited, "too many lookups") with { RetryAfter = (uint)wait }
            : _index.Find(request.To) is not { } box ? Refuse(request, PostboxCode.NoMailbox, "no mailbox here")
            : new Reply(request.Serial, PostboxCode.Ok) { Record = box.Record?.Bytes, Terms = TermsOf(box) };
    }

    private MessageWriter Fate(PostboxHead? head, bool isDoubtful)
    {
        if (head == null)
        {
            return new MessageWriter();
        }

        PostboxState state = head.IsWaiting && !isDoubtful && _index.Ends.Of(head) <= _clock.Now ? PostboxState.Expired : head.State;
        MessageWriter fate = new MessageWriter().Varint(1, (ulong)state);
        return (head.Proof == 0 ? fate : fate.Fixed64(2, head.Proof)).Fixed32(3, UntilOf(head));
    }

    // as the clock says it now, whatever it said when the item came
    private uint UntilOf(PostboxHead head) => (uint)Math.Min(_index.Ends.Of(head), uint.MaxValue);

    private Reply Configured(Request request, Mailbox? box)
        => box == null ? Failed(request) : new Reply(request.Serial, PostboxCode.Ok) { Terms = TermsOf(box) };

    // numbers that are absent leave what was set, the list of topics replaces what was there
    private static MailboxSettings Changed(MailboxSettings before, ConfigureRequest request) => before with
    {
        Work = request.Work == 0 ? before.Work : request.Work,
        TokenEpoch = Math.Max(before.TokenEpoch, request.TokenEpoch),
        MaxItem = request.MaxItem == 0 ? before.MaxItem : request.MaxItem,
        MaxItems = request.MaxItems == 0 ? before.MaxItems : request.MaxItems,
        Topics = request.Topics,
    };

    private PostboxMailbox With(PostboxMailbox before, MailboxSettings? settings, byte[]? record = null, uint seen = 0)
        => new(before.Peer, before.Number + 1)
        {
            Settings = settings?.ToBytes() ?? before.Settings,
            Record = record ?? before.Record,
            Seen = seen == 0 ? before.Seen : seen,
        };

    // null when the change wanted none, or the mailbox is gone
    private async Task<PostboxMailbox?> SaveAsync(Mailbox box, Func<PostboxMailbox, PostboxMailbox?> change)
    {
        PostboxMailbox before;
        lock (box.Lock)
        {
            before = box.Saved;
        }

        for (int i = 0; i < MaxSaves; i++)
        {
            PostboxMailbox? after = box.IsDropped ? null : change(before);
            if (after == null)
            {
                return null;
            }

            PostboxSave save = await _store.SaveMailboxAsync(after).ConfigureAwait(false);
            if (save.Outcome == MailboxOutcome.Done)
            {
                return after;
            }

            if (save.Mailbox == null)
            {
                return null;
            }

            before = save.Mailbox;
        }

        return null;
    }

    private async Task<bool> DropAsync(Mailbox box, Func<PostboxMailbox, bool> isDue)
    {
        PostboxMailbox? saved;
        int waiting;
        lock (box.Lock)
        {
            saved = box.Saved;
            waiting = box.Waiting;
        }

        for (int i = 0; i < MaxSaves && saved != null && isDue(saved); i++)
        {
            PostboxSave dropped = await _store.DropMailboxAsync(saved.Box, saved.Number).ConfigureAwait(false);
            if (dropped.Outcome == MailboxOutcome.Done)
            {
                Metrics.Removed(waiting);
                return true;
            }

            saved = dropped.Mailbox;
        }

        return false;
    }

    private long MaxItemsOf(Mailbox box)
    {
        uint quota = box.Settings.QuotaItems == 0 ? (uint)_options.MaxItems : box.Settings.QuotaItems;
        return box.Settings.MaxItems == 0 ? quota : Math.Min(quota, box.Settings.MaxItems);
    }

    internal long MaxBytesOf(Mailbox box) => box.Settings.QuotaBytes == 0 ? _options.MaxBytes : (long)box.Settings.QuotaBytes;

    internal int MaxItemOf(Mailbox box)
        => box.Settings.MaxItem == 0 ? MaxItem : (int)Math.Min(box.Settings.MaxItem, (uint)MaxItem);

    private int WorkOf(Mailbox box) => box.Settings.Work == 0 ? _options.Work : (int)box.Settings.Work;

    private MessageWriter TermsOf(Mailbox box) => new MessageWriter()
        .Varint(1, (ulong)MaxItemsOf(box))
        .Varint(2, (ulong)MaxBytesOf(box))
        .Varint(3, (ulong)MaxItemOf(box))
        .Varint(4, (ulong)_options.MaxTtl.TotalSeconds)
        .Varint(5, (ulong)WorkOf(box))
        .Varint(6, (ulong)_options.IdleTime.TotalDays)
        .Fixed32(7, _clock.Now);

    private MailboxInfo Describe(Mailbox box)
    {
        lock (box.Lock)
        {
            return new MailboxInfo(
                box.Peer, box.Waiting, box.WaitingBytes, box.Settled, MaxItemsOf(box), MaxBytesOf(box), MaxItemOf(box), WorkOf(box),
                DateTimeOffset.FromUnixTimeSeconds(box.Seen),
                box.Oldest is { } oldest ? DateTimeOffset.FromUnixTimeSeconds(oldest) : null,
                box.Record != null, [.. box.Settings.Topics.Select(one => one.Name)]);
        }
    }
}
