using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>Copies a store into another, of whatever kinds: <c>store copy FROM TO</c> (SPEC.md 18).</summary>
public static class PostboxCopy
{
    private const int BatchEntries = 256;
    private const int BatchBytes = 4 << 20;

    /// <summary>
    /// Copies every mailbox, every item whose body is whole, and every settled head, in order of arrival. What is in the target stays; a
    /// copy that was broken off can be done again. No gateway may use either meanwhile. Cursors of the former store are not known to the
    /// new one, so devices list once what still waits.
    /// </summary>
    /// <param name="from">Not yet open; is opened here, and left open for its owner to close. May be a damaged one.</param>
    /// <param name="to">Likewise.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was copied, and what was left out and why.</returns>
    /// <exception cref="PostboxStoreException">A store can't be opened, or the target failed or is full.</exception>
    public static async Task<PostboxReport> RunAsync(IPostboxStore from, IPostboxStore to, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        List<PostboxMailbox> mailboxes = [];
        List<PostboxHead> heads = [];
        PostboxReport report = new();
        PostboxOpening source = await from.OpenAsync(
            change =>
            {
                if (change.IsForeign)
                {
                    // what others change meanwhile is told from another thread
                }
                else if (change.Mailbox != null)
                {
                    mailboxes.Add(change.Mailbox);
                }
                else if (change.Head != null)
                {
                    heads.Add(change.Head);
                }
            }, cancellationToken).ConfigureAwait(false);
        PostboxOpening target = await to.OpenAsync(_ => { }, cancellationToken).ConfigureAwait(false);
        if (!target.IsWritable)
        {
            throw new PostboxStoreException(StoreFault.ReadOnly, $"nothing can be copied into {to.Address}: {target.Problem}");
        }

        if (source.Problem != null)
        {
            report.Add($"{from.Address}: {source.Problem}");
        }

        foreach (PostboxMailbox mailbox in mailboxes)
        {
            await to.SaveMailboxAsync(mailbox, cancellationToken).ConfigureAwait(false);
            report.Mailboxes++;
        }

        List<PostboxDeposit> batch = [];
        int bytes = 0;
        foreach (PostboxHead head in heads)
        {
            PostboxDeposit? deposit = await ReadAsync(from, head, report, cancellationToken).ConfigureAwait(false);
            if (deposit == null)
            {
                continue;
            }

            batch.Add(deposit);
            bytes += deposit.Item.Length;
            if (batch.Count == BatchEntries || bytes >= BatchBytes)
            {
                await WriteAsync(to, batch, report, cancellationToken).ConfigureAwait(false);
                batch.Clear();
                bytes = 0;
            }
        }

        await WriteAsync(to, batch, report, cancellationToken).ConfigureAwait(false);
        return report;
    }

    /// <summary>Reads everything, and hashes each body: what <see cref="IPostboxStoreUpkeep.CheckAsync"/> does for a file, for any store.
    /// Gateways may use it meanwhile where it is shared: what they
    /// deliver before it is read is not counted.</summary>
    /// <param name="store">Not yet open; is opened here, and left open for its owner to close.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is there and what is wrong.</returns>
    /// <exception cref="PostboxStoreException">It can't be opened, or does not answer.</exception>
    public static async Task<PostboxReport> CheckAsync(IPostboxStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        List<PostboxHead> heads = [];
        PostboxOpening opening = await store.OpenAsync(
            change =>
            {
                // what others change meanwhile is told from another thread
                if (change.Head != null && !change.IsForeign)
                {
                    heads.Add(change.Head);
                }
            }, cancellationToken).ConfigureAwait(false);
        PostboxReport report = new() { Mailboxes = opening.Mailboxes };
        if (opening.Problem != null)
        {
            report.Add(opening.Problem);
        }

        foreach (PostboxHead head in heads)
        {
            if (await ReadAsync(store, head, report, cancellationToken).ConfigureAwait(false) is { } whole)
            {
                report.Items += whole.State == PostboxState.Waiting ? 1 : 0;
                report.Settled += whole.State == PostboxState.Waiting ? 0 : 1;
            }
        }

        return report;
    }

    private static async ValueTask<PostboxDeposit?> ReadAsync(IPostboxStore from, PostboxHead head, PostboxReport report,
        CancellationToken cancellationToken)
    {
        byte[] item = [];
        if (head.IsWaiting)
        {
            item = new byte[head.Size];
            try
            {
                int count = await from.ReadAsync(head, 0, item, cancellationToken).ConfigureAwait(false);
                if (count < 0 && from.IsShared)
                {
                    // another gateway has delivered it meanwhile
                    return null;
                }

                if (count != item.Length)
                {
                    report.Damaged++;
                    report.Add($"item {head.Id}: {count} of {head.Size} bytes are there");
                    return null;
                }
            }
            catch (PostboxStoreException e) when (e.Fault == StoreFault.DamagedItem)
            {
                report.Damaged++;
                report.Add(e.Message);
                return null;
            }
        }

        return new PostboxDeposit
        {
            Box = head.Box, Id = head.Id, Item = item, Tag = head.Tag, Slot = head.Slot, Arrived = head.Arrived, Until = head.Until,
            Topic = head.Topic, Form = head.Form, Priority = head.Priority, Lane = head.Lane, State = head.State, Proof = head.Proof,
            SettledSize = head.Size,
        };
    }

    private static async Task WriteAsync(IPostboxStore to, List<PostboxDeposit> batch, PostboxReport report,
        CancellationToken cancellationToken)
    {
        PostboxAppend[] results = await to.AppendAsync(batch, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < results.Length; i++)
        {
            switch (results[i].Outcome)
            {
                case AppendOutcome.Full:
                    throw new PostboxStoreException(StoreFault.Full,
                        $"{to.Address} is full; make room, then copy again: what is there stays");
                case AppendOutcome.Failed:
                    throw new PostboxStoreException(StoreFault.Unavailable, $"{to.Address} failed: {results[i].Reason}; then copy again");
                case AppendOutcome.TooLarge or AppendOutcome.NoMailbox:
                    report.Damaged++;
                    report.Add($"item {batch[i].Id}: {(results[i].Outcome == AppendOutcome.TooLarge
                        ? $"its {batch[i].Item.Length} bytes are more than {to.Address} takes ({to.MaxItem})" : "it is of no mailbox")}");
                    break;
                default:
                    if (batch[i].State == PostboxState.Waiting)
                    {
                        report.Items++;
                    }
                    else
                    {
                        report.Settled++;
                    }

                    break;
            }
        }
    }
}
