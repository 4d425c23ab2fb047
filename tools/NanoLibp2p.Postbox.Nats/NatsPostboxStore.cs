using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>
/// Mail in a stream of NATS JetStream, for any number of gateways at a time. Each item is a message of a subject of its own, so the server
/// keeps an id once; its fate is the next message of that subject, in the item's place, written by whoever is first. Every gateway follows
/// the stream's headers and comes to the same heads (<see cref="NatsState"/>).
/// </summary>
/// <remarks>
/// <para>What is published has happened when the store's own follower has it back, so an operation returns after its change was told. No
/// answer in time: unknown, and the repeat finds out. While the cluster chooses a leader, up to 7 s, everything is refused.</para>
/// <para>NatsPostboxStore.Opening.cs has how it opens and follows, NatsPostboxStore.Tidying.cs what is deleted behind it. Tested against
/// nats-server 2.9.10, which needs none of the limits of later versions.</para>
/// </remarks>
public sealed partial class NatsPostboxStore : IPostboxStore
{
    // below the 1 MiB that a server takes unless told otherwise: headers are of the message
    private const int MostItem = (1 << 20) - 4096;
    private const int LeastItem = 1 << 16;
    private const int HeaderRoom = 1024;
    private const int MaxSaves = 8;
    private const int MaxRepeats = 4;

    private readonly NatsPostboxOptions _options;
    private readonly string _servers;
    private readonly NatsLink _link;
    private readonly Lock _lock = new();
    private NatsState _stream = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private Action<PostboxChange>? _observer;
    private State _state;
    private volatile string? _problem;
    private int _maxItem = MostItem;
    private long _maxBytes;

    /// <summary>A store that is not open.</summary>
    /// <param name="options">Where and how.</param>
    /// <exception cref="ArgumentException">The address is none, or the replicas are not 1, 3 or 5.</exception>
    public NatsPostboxStore(NatsPostboxOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (CheckUrl(options.Url) is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(options));
        }

        if (options.Replicas is not (1 or 3 or 5))
        {
            throw new ArgumentException($"{options.Replicas} replicas; give 1, 3 or 5", nameof(options));
        }

        _options = options;
        (_servers, string stream, Address) = Split(options.Url);
        _link = new NatsLink(options, _servers, stream);
    }

    // New -> Open -> Closed; a failed opening is Closed too
    private enum State
    {
        New,
        Open,
        Closed,
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <inheritdoc/>
    public int MaxItem => _maxItem;

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public StoreDurability Durability => _options.Replicas > 1 ? StoreDurability.Machine : StoreDurability.Process;

    /// <summary>What is wrong with an address.</summary>
    /// <param name="url">The address.</param>
    /// <returns>A sentence; null when nothing is.</returns>
    public static string? CheckUrl(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        string[] all = url.Split(',');
        for (int i = 0; i < all.Length; i++)
        {
            if (!Uri.TryCreate(all[i], UriKind.Absolute, out Uri? one) || one.Scheme is not ("nats" or "tls") || one.Host.Length == 0
                || one.Query.Length > 0)
            {
                return $"'{Hidden(all[i])}' is no address of a NATS server; give nats://HOST:4222, or tls://HOST:4222";
            }

            string stream = one.AbsolutePath.Trim('/');
            if (stream.Length > 0 && (i < all.Length - 1 || stream.Length > 32 || !stream.All(char.IsAsciiLetterOrDigit)))
            {
                return $"'{stream}' is no name of a stream; give 1 to 32 letters and digits after the last server, as in "
                    + "nats://HOST:4222/orchard";
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async Task<PostboxAppend[]> AppendAsync(IReadOnlyList<PostboxDeposit> entries, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckDeposits(entries);
        cancellationToken.ThrowIfCancellationRequested();
        PostboxAppend?[] results = new PostboxAppend?[entries.Count];
        if (_state != State.Open || _problem != null)
        {
            Array.Fill(results, new PostboxAppend(AppendOutcome.Failed, Reason: _problem ?? "the store is closed"));
        }

        for (int round = 0; round < MaxRepeats; round++)
        {
            List<int> under = [];
            List<NatsMessage> messages = [];
            lock (_lock)
            {
                long used = _stream.Used;
                for (int i = 0; i < results.Length; i++)
                {
                    results[i] ??= Judge(entries[i], used);
                    if (results[i] == null)
                    {
                        under.Add(i);
                        messages.Add(Message(entries[i]));
                        used += NatsState.HeadBytes + entries[i].Item.Length;
                    }
                }
            }

            if (under.Count == 0)
            {
                break;
            }

            IReadOnlyList<NatsOutcome> outcomes = await PublishAsync(messages, cancellationToken).ConfigureAwait(false);
            for (int k = 0; k < outcomes.Count; k++)
            {
                results[under[k]] = await ConcludeAsync(entries[under[k]], outcomes[k], round, cancellationToken).ConfigureAwait(false);
            }
        }

        return results!;
    }

    /// <inheritdoc/>
    public async Task<PostboxSettled[]> SettleAsync(
        IReadOnlyList<PostboxSettlement> settlements, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckSettlements(settlements);
        CheckOpen(cancellationToken);
        PostboxSettled?[] results = new PostboxSettled?[settlements.Count];
        List<int> under = [];
        List<NatsMessage> messages = [];
        lock (_lock)
        {
            for (int i = 0; i < results.Length; i++)
            {
                PostboxHead? head = _stream.Current(settlements[i].Head);
                if (head is not { IsWaiting: true })
                {
                    results[i] = new PostboxSettled(true, head);
                    continue;
                }

                under.Add(i);
                messages.Add(Fate(head.With(settlements[i].State, settlements[i].Proof)));
            }
        }

        IReadOnlyList<NatsOutcome> outcomes = await PublishAsync(messages, cancellationToken).ConfigureAwait(false);
        string? failed = null;
        for (int k = 0; k < outcomes.Count; k++)
        {
            PostboxSettlement one = settlements[under[k]];
            switch (outcomes[k].Kind)
            {
                case NatsOutcomeKind.InStream:
                    PostboxHead? settled = outcomes[k].Changes.Select(change => change.Head)
                        .FirstOrDefault(head => head?.Sequence == one.Head.Sequence);
                    results[under[k]] = settled == null ? Gone(one.Head) : new PostboxSettled(false, settled);
                    break;
                case NatsOutcomeKind.Conflict:
                    await PassedAsync(outcomes[k].Sequence, cancellationToken).ConfigureAwait(false);
                    results[under[k]] = Gone(one.Head, outcomes[k].Sequence);
                    break;
                case NatsOutcomeKind.Full:
                    results[under[k]] = await SettleWithoutFateAsync(one, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    failed ??= outcomes[k].Reason;
                    break;
            }
        }

        return failed == null ? [.. results.Select(one => one!)] : throw Unavailable(failed);
    }

    /// <inheritdoc/>
    public async Task<int> ForgetAsync(IReadOnlyList<PostboxHead> heads, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(heads);
        CheckOpen(cancellationToken);
        int count = 0;
        foreach (PostboxHead[] some in heads.Chunk(NatsRecord.MaxForgotten))
        {
            List<PostboxHead> there;
            lock (_lock)
            {
                there = [.. some.Select(_stream.Current).OfType<PostboxHead>().DistinctBy(one => one.Sequence)];
            }

            if (there.Count == 0)
            {
                continue;
            }

            NatsRecord record = new()
            {
                Kind = NatsRecordKind.Forgotten, Writer = _link.Writer, Number = _link.NextNumber(),
                Forgotten = [.. there.Select(one => (one.Box, one.Id, one.Sequence))],
            };
            NatsOutcome outcome = (await PublishAsync([new NatsMessage(NextNotice(), record, default, null)], cancellationToken)
                .ConfigureAwait(false))[0];
            switch (outcome.Kind)
            {
                case NatsOutcomeKind.InStream:
                    count += outcome.Changes.Count;
                    break;
                case NatsOutcomeKind.Full:
                    // others learn of it when they ask for it
                    count += ForgetUntold(there);
                    break;
                default:
                    throw Unavailable(outcome.Reason);
            }

            await TidyAsync(cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    /// <inheritdoc/>
    public async Task<PostboxSave> SaveMailboxAsync(PostboxMailbox mailbox, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckMailbox(mailbox);
        CheckOpen(cancellationToken);
        for (int i = 0; i < MaxSaves; i++)
        {
            PostboxMailbox? former;
            NatsMessage message;
            lock (_lock)
            {
                former = _stream.Index.Mailbox(mailbox.Box);
                message = new NatsMessage(NatsRecord.SubjectOf(_link.Stream, mailbox.Box), new NatsRecord
                {
                    Kind = NatsRecordKind.Saved, Writer = _link.Writer, Number = _link.NextNumber(), Mailbox = mailbox,
                    Floor = _stream.FloorOf(mailbox.Box),
                }, default, _stream.MessageOf(mailbox.Box));
            }

            if (former != null && former.Number >= mailbox.Number)
            {
                return new PostboxSave(MailboxOutcome.Stale, former);
            }

            NatsOutcome outcome = (await PublishAsync([message], cancellationToken).ConfigureAwait(false))[0];
            if (outcome.Kind == NatsOutcomeKind.InStream)
            {
                return new PostboxSave(MailboxOutcome.Done, mailbox);
            }

            await AgainAsync(outcome, cancellationToken).ConfigureAwait(false);
        }

        throw Unavailable($"others changed the mailbox {MaxSaves} times meanwhile");
    }

    /// <inheritdoc/>
    public async Task<PostboxSave> DropMailboxAsync(BoxId box, long number, CancellationToken cancellationToken = default)
    {
        CheckOpen(cancellationToken);
        for (int i = 0; i < MaxSaves; i++)
        {
            PostboxMailbox? former;
            NatsMessage message;
            lock (_lock)
            {
                former = _stream.Index.Mailbox(box);
                message = new NatsMessage(NatsRecord.SubjectOf(_link.Stream, box),
                    new NatsRecord { Kind = NatsRecordKind.Dropped, Writer = _link.Writer, Number = _link.NextNumber(), Box = box },
                    default, _stream.MessageOf(box));
            }

            if (former == null || former.Number > number)
            {
                return new PostboxSave(former == null ? MailboxOutcome.None : MailboxOutcome.Stale, former);
            }

            NatsOutcome outcome = (await PublishAsync([message], cancellationToken).ConfigureAwait(false))[0];
            if (outcome.Kind == NatsOutcomeKind.InStream)
            {
                await GuardAsync(() => _link.PurgeAsync(box, outcome.Sequence, cancellationToken)).ConfigureAwait(false);
                return new PostboxSave(MailboxOutcome.Done, null);
            }

            await AgainAsync(outcome, cancellationToken).ConfigureAwait(false);
        }

        throw Unavailable($"others changed the mailbox {MaxSaves} times meanwhile");
    }

    /// <inheritdoc/>
    public async ValueTask<PostboxRoom> FreeAsync(CancellationToken cancellationToken = default)
    {
        if (_state != State.Open)
        {
            return new PostboxRoom(StoreHealth.Unavailable, 0, 0, "the store is closed");
        }

        if (_problem is { } problem)
        {
            return new PostboxRoom(StoreHealth.Unavailable, 0, 0, problem);
        }

        try
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            return new PostboxRoom(StoreHealth.Unavailable, 0, 0, Unavailable(Words(e)).Message);
        }

        if (_problem is { } found)
        {
            return new PostboxRoom(StoreHealth.Unavailable, 0, 0, found);
        }

        lock (_lock)
        {
            long used = _stream.Used;
            return _maxBytes == 0 ? new PostboxRoom(StoreHealth.Ready, long.MaxValue, used)
                : Math.Max(0, _maxBytes - Reserve - used) is long free && free > NatsState.HeadBytes
                    ? new PostboxRoom(StoreHealth.Ready, free, used)
                    : new PostboxRoom(StoreHealth.Full, 0, used,
                        $"the stream has its most of {_maxBytes} bytes: raise it with: nats stream edit {_link.Stream} --max-bytes");
        }
    }

    // what is kept for acknowledgements
    private long Reserve => Math.Min(_maxBytes / 20, 16 << 20);

    private static PostboxStoreException Unusable(string text, Exception? inner = null) => new(StoreFault.Unusable, text, inner);

    private static bool IsFault(Exception e) => e is NatsException or TimeoutException or System.IO.IOException or JsonException
        or KeyNotFoundException or InvalidOperationException or System.Net.Sockets.SocketException;

    private static string Words(Exception e) => e is TimeoutException or NatsNoReplyException ? "no answer came in time"
        : e is NatsNoRespondersException ? "JetStream does not answer there; a cluster may be choosing a leader" : e.Message;

    // without user and password
    private static string Hidden(string url) => url.IndexOf('@', StringComparison.Ordinal) is > 0 and int at
        ? url[..(url.IndexOf("://", StringComparison.Ordinal) + 3)] + url[(at + 1)..] : url;

    private static (string Servers, string Stream, string Address) Split(string url)
    {
        string[] all = url.Split(',');
        string stream = new Uri(all[^1]).AbsolutePath.Trim('/');
        string servers = string.Join(',', all.Select(one =>
            one.IndexOf('/', one.IndexOf("://", StringComparison.Ordinal) + 3) is > 0 and int end ? one[..end] : one));
        return (servers, stream.Length == 0 ? NatsPostboxOptions.StandardStream : stream, string.Join(',', all.Select(Hidden)));
    }

    private PostboxStoreException Unavailable(string text) => new(StoreFault.Unavailable,
        $"{Address} does not do what it is asked: {text}. Nothing that was acknowledged is lost, and it goes on by itself");

    private void CheckOpen(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_state != State.Open, this);
        if (_problem is { } problem)
        {
            throw new PostboxStoreException(StoreFault.Unavailable, problem);
        }
    }

    private PostboxAppend? Judge(PostboxDeposit entry, long used) =>
        entry.Item.Length > _maxItem ? new PostboxAppend(AppendOutcome.TooLarge)
        : _stream.Index.Mailbox(entry.Box) == null ? new PostboxAppend(AppendOutcome.NoMailbox)
        : _stream.Index.Find(entry.Box, entry.Id) is { } there ? new PostboxAppend(AppendOutcome.Exists, there)
        : _maxBytes > 0 && used + NatsState.HeadBytes + entry.Item.Length > _maxBytes - Reserve ? new PostboxAppend(AppendOutcome.Full)
        : null;

    private NatsMessage Message(PostboxDeposit entry) =>
        new(NatsRecord.SubjectOf(_link.Stream, entry.Box, entry.Id),
            new NatsRecord
            {
                Kind = NatsRecordKind.Item, Writer = _link.Writer, Number = _link.NextNumber(), Head = entry.ToHead(0),
            }, entry.Item, 0);

    // under the lock
    private NatsMessage Fate(PostboxHead head) =>
        new(NatsRecord.SubjectOf(_link.Stream, head.Box, head.Id),
            new NatsRecord { Kind = NatsRecordKind.Fate, Writer = _link.Writer, Number = _link.NextNumber(), Head = head },
            default, _stream.MessageOf(head));

    // null: again
    private async Task<PostboxAppend?> ConcludeAsync(
        PostboxDeposit entry, NatsOutcome outcome, int round, CancellationToken cancellationToken)
    {
        switch (outcome.Kind)
        {
            case NatsOutcomeKind.InStream:
                foreach (PostboxChange change in outcome.Changes)
                {
                    if (change.Head?.Sequence == outcome.Sequence)
                    {
                        KeepBody(outcome.Sequence, entry.Item);
                        return new PostboxAppend(
                            change.Former == null ? AppendOutcome.Kept : AppendOutcome.Replaced, change.Head, change.Former);
                    }
                }

                // its mailbox was dropped before it came
                Leave(outcome.Sequence);
                return new PostboxAppend(AppendOutcome.NoMailbox);
            case NatsOutcomeKind.Conflict:
                await PassedAsync(outcome.Sequence, cancellationToken).ConfigureAwait(false);
                lock (_lock)
                {
                    if (_stream.Index.Find(entry.Box, entry.Id) is { } there)
                    {
                        return new PostboxAppend(AppendOutcome.Exists, there);
                    }
                }

                // what is there was forgotten, and not deleted yet
                Leave(outcome.Sequence);
                await TidyAsync(cancellationToken).ConfigureAwait(false);
                return round < MaxRepeats - 1 ? null
                    : new PostboxAppend(AppendOutcome.Failed, Reason: "its former is still being deleted");
            case NatsOutcomeKind.Full:
                return new PostboxAppend(AppendOutcome.Full);
            default:
                return new PostboxAppend(AppendOutcome.Failed, Reason: Unavailable(outcome.Reason).Message);
        }
    }

    // who was first: told as others' changes are
    private PostboxSettled Gone(PostboxHead of, long last = long.MaxValue)
    {
        lock (_lock)
        {
            PostboxHead? head = _stream.Current(of);
            if (head is { IsWaiting: true } && last < _stream.MessageOf(head))
            {
                // its message is gone, which was told while this gateway was away
                Change(changes => _stream.Forget(head, changes), isForeign: true);
                head = null;
            }

            return new PostboxSettled(true, head);
        }
    }

    private async Task AgainAsync(NatsOutcome outcome, CancellationToken cancellationToken)
    {
        switch (outcome.Kind)
        {
            case NatsOutcomeKind.Conflict:
                await PassedAsync(outcome.Sequence, cancellationToken).ConfigureAwait(false);
                break;
            case NatsOutcomeKind.Full:
                throw new PostboxStoreException(StoreFault.Full, $"{Address}: no room even for a mailbox: {outcome.Reason}");
            default:
                throw Unavailable(outcome.Reason);
        }
    }

    private async Task GuardAsync(Func<Task> what)
    {
        try
        {
            await what().ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            throw Unavailable(Words(e));
        }
    }
}
