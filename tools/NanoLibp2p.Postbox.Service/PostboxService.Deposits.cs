using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Streams;
using NanoLibp2p.Postbox.Service.Messages;

namespace NanoLibp2p.Postbox.Service;

// Deposits, and who may make them (SPEC.md 8.2, 9).
public sealed partial class PostboxService
{
    /// <summary>Seconds, where a deposit or a topic says nothing.</summary>
    internal const uint StandardTtl = 604_800;

    // after which a full lane, a full store and one that does not answer are tried again
    private const uint FullSeconds = 300;
    internal const uint UnavailableSeconds = 10;

    private const byte NoStrangers = 255;
    private static readonly byte[] _workLabel = Encoding.ASCII.GetBytes("nanolibp2p-postbox-work:");
    private static readonly byte[] _slotLabel = Encoding.ASCII.GetBytes("nanolibp2p-postbox-slot:");

    /// <summary>Whether work is shown: so many zero bits at the beginning of its hash (SPEC.md 9.3).</summary>
    internal static bool IsWork(ReadOnlySpan<byte> to, ItemId id, ulong work, int bits)
    {
        byte[] bound = new byte[_workLabel.Length + to.Length + ItemId.Length];
        _workLabel.CopyTo(bound, 0);
        to.CopyTo(bound.AsSpan(_workLabel.Length));
        id.Write(bound.AsSpan(_workLabel.Length + to.Length));
        Span<byte> tried = stackalloc byte[SHA256.HashSizeInBytes + 8];
        SHA256.HashData(bound, tried);
        BinaryPrimitives.WriteUInt64LittleEndian(tried[SHA256.HashSizeInBytes..], work);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(tried, hash);
        return BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt64BigEndian(hash)) >= bits;
    }

    /// <summary>A slot as it is kept: bound to who deposits, so that nobody else replaces or cancels (SPEC.md 10.2).</summary>
    internal static ulong KeptSlot(ReadOnlySpan<byte> depositor, ulong slot)
    {
        byte[] bound = new byte[_slotLabel.Length + depositor.Length + 8];
        _slotLabel.CopyTo(bound, 0);
        depositor.CopyTo(bound.AsSpan(_slotLabel.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(bound.AsSpan(bound.Length - 8), slot);
        ulong kept = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bound));

        // 0 is no slot
        return kept == 0 ? 1 : kept;
    }

    internal async Task<Reply> DepositAsync(Visitor visitor, DepositRequest request)
    {
        int wait = _depositsByPeer.Take(visitor.Peer, _options.DepositsPerPeer);
        if (wait == 0)
        {
            wait = _depositsByAddress.Take(visitor.Address, _options.DepositsPerAddress * (visitor.IsRelayed ? 10 : 1));
        }

        if (wait > 0)
        {
            return Deposited(request, PostboxCode.RateLimited, "too many deposits", (uint)wait);
        }

        Reply? reply = null;
        Mailbox? box = _index.Find(request.To);
        if (box == null)
        {
            reply = Deposited(request, PostboxCode.NoMailbox, "no mailbox here");
        }
        else if (box.Record is { } record && !record.Gateways.Contains(_node.PeerId))
        {
            reply = Deposited(request, PostboxCode.Moved, "the recipient has moved") with { Record = record.Bytes };
        }
        else if (request.HasItem)
        {
            return await DepositItemAsync(visitor, request, box).ConfigureAwait(false);
        }
        else if (request.Slot is { } slot)
        {
            return await CancelAsync(request, box, KeptSlot(visitor.Peer.ToBytes(), slot)).ConfigureAwait(false);
        }
        else
        {
            PostboxCode code = Permit(visitor, request, box, default, Open(visitor, request), out Grant _);
            reply = Deposited(request, code, code == PostboxCode.Ok ? "" : "the token counts for nothing here");
        }

        return reply with
        {
            Receipt = request.WantsReceipt && request.HasItem && reply.Code != PostboxCode.Ok
                ? Receipt(request, ItemId.Of(request.Item.Span), reply) : null,
        };
    }

    private async Task<Reply> DepositItemAsync(Visitor visitor, DepositRequest request, Mailbox box)
    {
        ItemId id = ItemId.Of(request.Item.Span);
        Reply reply = request.Item.Length > MaxItemOf(box)
            ? Deposited(request, PostboxCode.TooLarge, "see terms.max_item") with { Terms = TermsOf(box) }
            : await KeepAsync(visitor, request, box, id).ConfigureAwait(false);
        return request.WantsReceipt ? reply with { Receipt = Receipt(request, id, reply) } : reply;
    }

    private async Task<Reply> KeepAsync(Visitor visitor, DepositRequest request, Mailbox box, ItemId id)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TokenStatement? token = Open(visitor, request);
        PostboxDeposit deposit;
        while (true)
        {
            Task? before;
            lock (box.Lock)
            {
                if (box.Find(id) is { } known)
                {
                    return Deposited(request, PostboxCode.Ok, until: UntilOf(known), isDuplicate: true);
                }

                if (!box.Pending.TryGetValue(id, out before))
                {
                    Reply? refusal = Judge(visitor, request, box, id, token, out deposit!);
                    if (refusal != null)
                    {
                        return refusal;
                    }

                    box.Pending.Add(id, ended.Task);
                    box.PendingBytes += request.Item.Length;
                    break;
                }
            }

            await before.ConfigureAwait(false);
        }

        PostboxAppend appended;
        try
        {
            appended = (await _store.AppendAsync([deposit]).ConfigureAwait(false))[0];
        }
        catch (Exception e) when (e is PostboxStoreException or ObjectDisposedException)
        {
            appended = new PostboxAppend(AppendOutcome.Failed, Reason: e.Message);
        }
        finally
        {
            lock (box.Lock)
            {
                box.Pending.Remove(id);
                box.PendingBytes -= request.Item.Length;
            }

            ended.SetResult();
        }

        if (appended.Outcome == AppendOutcome.Replaced)
        {
            await TryAsync(() => TrimAsync(box)).ConfigureAwait(false);
        }

        switch (appended.Outcome)
        {
            case AppendOutcome.Kept:
            case AppendOutcome.Replaced:
                return Deposited(request, PostboxCode.Ok, until: UntilOf(appended.Head!));
            case AppendOutcome.Exists:
                return Deposited(request, PostboxCode.Ok, until: UntilOf(appended.Head!), isDuplicate: true);
            case AppendOutcome.Full:
                return Deposited(request, PostboxCode.StoreFull, "no room on this gateway", FullSeconds);
            case AppendOutcome.TooLarge:
                return Deposited(request, PostboxCode.TooLarge, "see terms.max_item") with { Terms = TermsOf(box) };
            case AppendOutcome.NoMailbox:
                return Deposited(request, PostboxCode.NoMailbox, "no mailbox here");
            default:
                Metrics.StoreFailed();
                return Deposited(request, PostboxCode.Unavailable, "the store does not answer", UnavailableSeconds);
        }
    }

    // permission, then share; under the mailbox's lock
    private Reply? Judge(Visitor visitor, DepositRequest request, Mailbox box, ItemId id, TokenStatement? token,
        out PostboxDeposit? deposit)
    {
        deposit = null;
        PostboxCode code = Permit(visitor, request, box, id, token, out Grant grant);
        if (code != PostboxCode.Ok)
        {
            return code == PostboxCode.WorkRequired ? Deposited(request, code, "work") with { Terms = TermsOf(box) }
                : Deposited(request, code, "no token that counts here");
        }

        ulong slot = request.Slot is { } label ? KeptSlot(visitor.Peer.ToBytes(), label) : 0;
        PostboxHead? former = slot == 0 ? null : box.InSlot(slot);
        long held = box.Held + box.Pending.Count - (former == null ? 0 : 1);
        long bytes = box.HeldBytes + box.PendingBytes - (former?.Size ?? 0);
        if (4 * (held + 1) > (grant.Lane + 1) * MaxItemsOf(box)
            || 4 * (bytes + request.Item.Length) > (grant.Lane + 1) * MaxBytesOf(box))
        {
            // of a quota below four a stranger's quarter is no item, however empty the mailbox is
            return Deposited(request, PostboxCode.MailboxFull,
                (grant.Lane + 1) * MaxItemsOf(box) < 4 ? "the lane's share is no item: the mailbox takes too few"
                    : "the lane's share is used", FullSeconds);
        }

        uint now = _clock.Now;
        uint ttl = Math.Min(request.Ttl == 0 ? StandardTtl : request.Ttl, (uint)_options.MaxTtl.TotalSeconds);
        deposit = new PostboxDeposit
        {
            Box = box.Box,
            Id = id,
            Item = request.Item,
            Tag = BinaryPrimitives.ReadUInt64LittleEndian(request.Item.Span[2..]),
            Slot = slot,
            Arrived = now,
            Until = (uint)Math.Min((ulong)now + ttl, uint.MaxValue),
            Priority = Math.Min(request.Priority, grant.Priority),
            Lane = grant.Lane,
        };
        return null;
    }

    // the token that came along, verified; once for each stream
    private static TokenStatement? Open(Visitor visitor, DepositRequest request)
    {
        if (request.Token.Length == 0)
        {
            return null;
        }

        TokenStatement? token = visitor.Known(request.To, request.Token.Span);
        if (token == null && (token = Statements.OpenToken(request.Token.Span, request.To)) != null)
        {
            visitor.Keep(request.To, request.Token.ToArray(), token);
        }

        return token;
    }

    // whose lane it is: by the token that comes along, by one that was left on the stream, or by work
    private PostboxCode Permit(Visitor visitor, DepositRequest request, Mailbox box, ItemId id, TokenStatement? token, out Grant grant)
    {
        grant = default;
        uint now = _clock.Now;
        uint epoch = box.Settings.TokenEpoch;
        if (request.Token.Length > 0)
        {
            if (token == null || !token.IsGood(visitor.Peer, epoch, now))
            {
                return PostboxCode.Denied;
            }

            grant = new Grant(token.Lane, token.Priority);
            return PostboxCode.Ok;
        }

        TokenStatement[] left = visitor.For(request.To);
        TokenStatement? best = left.Where(one => one.IsGood(visitor.Peer, epoch, now)).MaxBy(one => one.Lane);
        if (best != null)
        {
            grant = new Grant(best.Lane, best.Priority);
            return PostboxCode.Ok;
        }

        int bits = WorkOf(box);
        return bits == NoStrangers || (left.Length > 0 && request.Work == null) ? PostboxCode.Denied
            : request.Work is { } work && IsWork(request.To.ToBytes(), id, work, bits) ? PostboxCode.Ok : PostboxCode.WorkRequired;
    }

    private async Task<Reply> CancelAsync(DepositRequest request, Mailbox box, ulong slot)
    {
        PostboxHead? waiting;
        lock (box.Lock)
        {
            waiting = box.InSlot(slot);
        }

        if (waiting != null)
        {
            try
            {
                await _store.SettleAsync([new PostboxSettlement(waiting, PostboxState.Replaced)]).ConfigureAwait(false);
                await TrimAsync(box).ConfigureAwait(false);
            }
            catch (Exception e) when (e is PostboxStoreException or ObjectDisposedException)
            {
                Metrics.StoreFailed();
                return Deposited(request, PostboxCode.Unavailable, "the store does not answer", UnavailableSeconds);
            }
        }

        return Deposited(request, PostboxCode.Ok);
    }

    private byte[] Receipt(DepositRequest request, ItemId id, Reply reply)
    {
        uint now = _clock.Now;
        uint until = reply.Code == PostboxCode.Ok ? reply.Until : reply.RetryAfter > 0 ? now + reply.RetryAfter : 0;
        return Statements.SignReceipt(_options.Identity, request.To, id, reply.Code, now, until, request.Item.Length, request.Slot != null);
    }

    private static Reply Deposited(DepositRequest request, PostboxCode code, string reason = "", uint retryAfter = 0, uint until = 0,
        bool isDuplicate = false)
    {
        MessageWriter? body = code == PostboxCode.Ok ? new MessageWriter().Fixed32(1, until).Varint(2, isDuplicate ? 1u : 0u) : null;
        return new Reply(request.Serial, code)
        {
            Reason = reason,
            RetryAfter = retryAfter,
            BodyField = Reply.DepositedField,
            Body = body,
            Until = until,
        };
    }

    private readonly record struct Grant(byte Lane, byte Priority);
}
