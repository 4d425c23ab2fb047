using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Streams;
using NanoLibp2p.Postbox.Service.Messages;

namespace NanoLibp2p.Postbox.Service;

// What a recipient asks for: its mail (SPEC.md 8.2).
public sealed partial class PostboxService
{
    private const int CursorBytes = 12;

    // the owner's save is rare, its visits are not
    private const uint SeenSeconds = 86_400;

    internal async Task<Reply> SyncAsync(Visitor visitor, SyncRequest request)
    {
        Mailbox? box = _index.Find(visitor.Peer);
        if (box == null)
        {
            return Refuse(request, PostboxCode.NoMailbox, "no mailbox here");
        }

        // of a store that takes nothing mail is read all the same
        await TryAsync(() => SeeAsync(box)).ConfigureAwait(false);
        try
        {
            await AcknowledgeAsync(box, request.Acknowledgements).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PostboxStoreException or ObjectDisposedException)
        {
            return Failed(request);
        }

        await TryAsync(() => ExpireAsync(box, Swept)).ConfigureAwait(false);
        Reply reply = List(box, request);
        Metrics.Synced(reply.IsEmpty && request.Acknowledgements.Count == 0);
        return reply;
    }

    internal async Task<Reply> FetchAsync(Visitor visitor, FetchRequest request)
    {
        Mailbox? box = _index.Find(visitor.Peer);
        if (box == null)
        {
            return Refuse(request, PostboxCode.NoMailbox, "no mailbox here");
        }

        await TryAsync(() => SeeAsync(box)).ConfigureAwait(false);
        bool isDoubtful = _clock.IsInDoubt();
        List<PartToSend> parts = [];
        lock (box.Lock)
        {
            foreach (Want want in request.Wants)
            {
                PostboxHead? head = box.FindWaiting(want.Name);
                head = head != null && !isDoubtful && _index.Ends.Of(head) <= _clock.Now ? null : head;
                parts.Add(new PartToSend(want.Name, head, want.Offset, want.Length));
            }
        }

        return new Reply(request.Serial, PostboxCode.Ok) { BodyField = Reply.PieceField, Parts = parts };
    }

    /// <summary>A hint for a follower (SPEC.md 8.2): what waits after the cursor of the sync that asked; null when nothing does.</summary>
    internal Reply? Hint(PeerId peer, ReadOnlyMemory<byte> cursor)
    {
        if (_index.Find(peer) is not { } box)
        {
            return null;
        }

        lock (box.Lock)
        {
            (int count, long bytes, long _) = CountLive(box, After(cursor.Span));
            return count == 0 ? null : new Reply(0, PostboxCode.Ok)
            {
                BodyField = Reply.MailField,
                Body = new MessageWriter().Varint(1, (ulong)count).Varint(2, (ulong)bytes),
            };
        }
    }

    /// <summary>Has an action called, under the mailbox's lock, whenever something new waits.</summary>
    /// <returns>False when the peer has no mailbox.</returns>
    internal bool Follow(PeerId peer, Action follower)
    {
        if (_index.Find(peer) is not { } box)
        {
            return false;
        }

        lock (box.Lock)
        {
            box.Follow(follower);
        }

        return true;
    }

    internal void Unfollow(PeerId peer, Action follower)
    {
        if (_index.Find(peer) is { } box)
        {
            lock (box.Lock)
            {
                box.Unfollow(follower);
            }
        }
    }

    /// <summary>Reads a part of an item that waits; -1 when it does not any more.</summary>
    internal ValueTask<int> ReadAsync(PostboxHead head, int offset, Memory<byte> part) => _store.ReadAsync(head, offset, part);

    // before the reply is made: their bodies are gone then
    private async Task AcknowledgeAsync(Mailbox box, IReadOnlyList<Acknowledgement> acknowledgements)
    {
        if (acknowledgements.Count == 0)
        {
            return;
        }

        List<PostboxSettlement> settlements = [];
        List<PostboxHead> topics = [];
        lock (box.Lock)
        {
            HashSet<long> named = [];
            foreach (Acknowledgement one in acknowledgements)
            {
                // what is not known is passed over
                if (box.FindWaiting(one.Name) is not { } head || !named.Add(head.Sequence))
                {
                    continue;
                }

                if (head.Form == 1)
                {
                    settlements.Add(new PostboxSettlement(head, PostboxState.Delivered + one.Outcome, one.Proof ?? 0));
                }
                else
                {
                    topics.Add(head);
                }
            }
        }

        if (settlements.Count > 0)
        {
            PostboxSettled[] settled = await _store.SettleAsync(settlements).ConfigureAwait(false);
            foreach (PostboxSettled one in settled.Where(one => !one.IsGone))
            {
                Metrics.Acknowledged(one.Head?.State ?? PostboxState.Delivered);
            }
        }

        if (topics.Count > 0)
        {
            await _store.ForgetAsync(topics).ConfigureAwait(false);
        }

        await TrimAsync(box).ConfigureAwait(false);
    }

    private Reply List(Mailbox box, SyncRequest request)
    {
        MessageWriter mail = new();
        List<PartToSend> parts = [];
        lock (box.Lock)
        {
            long after = After(request.Cursor.Span);
            (int count, long bytes, long last) = CountLive(box, after);
            bool isDoubtful = _clock.IsInDoubt();
            uint now = _clock.Now;
            mail.Varint(1, (ulong)count).Varint(2, (ulong)bytes);
            int listed = 0;
            int attached = 0;
            bool attaches = request.Budget > 0;
            long room = request.Budget;
            int most = request.Limit > 0 ? request.Limit : attaches ? RequestReader.MaxEntries : 0;
            int skip = (int)Math.Min(request.Skip, int.MaxValue);
            IEnumerable<PostboxHead> found = box.List(after).Where(one => isDoubtful || _index.Ends.Of(one) > now).Skip(skip).Take(most);
            foreach (PostboxHead head in most == 0 || skip >= count ? [] : found)
            {
                attaches &= head.Size <= room;
                if (attaches)
                {
                    room -= head.Size;
                    parts.Add(new PartToSend(head.Id.Name, head, 0, 0));
                    attached++;
                }
                else if (request.Limit == 0)
                {
                    break;
                }

                if (request.Limit > 0)
                {
                    mail.Message(3, Entry(head));
                }

                listed++;
            }

            bool isAll = most == 0 || (long)skip + listed >= count;
            if (isAll && count > 0)
            {
                mail.Bytes(4, Cursor(last));
            }

            mail.Fixed32(5, now).Varint(6, (ulong)attached);
            return new Reply(request.Serial, PostboxCode.Ok)
            {
                BodyField = Reply.MailField,
                Body = mail,
                Parts = parts,
                IsEmpty = count == 0,
            };
        }
    }

    // what has ended waits no more, also where the store could not be told; under the mailbox's lock
    private (int Count, long Bytes, long Last) CountLive(Mailbox box, long after)
    {
        (int count, long bytes, long last) = box.Count(after);
        List<PostboxHead> ended = [];
        if (!_clock.IsInDoubt())
        {
            box.Due(_clock.Now, int.MaxValue, ended, []);
        }

        foreach (PostboxHead head in ended.Where(one => one.Sequence > after))
        {
            count--;
            bytes -= head.Size;
        }

        return (count, bytes, last);
    }

    private static MessageWriter Entry(PostboxHead head)
        => new MessageWriter().Fixed64(1, head.Id.Name).Varint(2, (ulong)head.Size).Varint(3, head.Priority)
            .Varint(4, head.Form == 1 ? 0u : head.Form).Fixed64(5, head.Tag);

    // the store's epoch, so that another's cursor is none, and the sequence
    private byte[] Cursor(long sequence)
    {
        byte[] cursor = new byte[CursorBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(cursor, _epoch);
        BinaryPrimitives.WriteInt64LittleEndian(cursor.AsSpan(4), sequence);
        return cursor;
    }

    // 0 for a cursor that this store did not give: a restored one has forgotten it
    private long After(ReadOnlySpan<byte> cursor)
    {
        if (cursor.Length != CursorBytes || BinaryPrimitives.ReadUInt32LittleEndian(cursor) != _epoch)
        {
            return 0;
        }

        long sequence = BinaryPrimitives.ReadInt64LittleEndian(cursor[4..]);
        return sequence > 0 && sequence <= _index.LastSequence ? sequence : 0;
    }

    private async Task SeeAsync(Mailbox box)
    {
        uint now = _clock.Now;
        bool isDue;
        lock (box.Lock)
        {
            box.Seen = now;
            isDue = now >= box.Saved.Seen + SeenSeconds || now < box.Saved.Seen;
        }

        if (isDue && !_clock.IsInDoubt())
        {
            await SaveAsync(box, saved => With(saved, null, null, now)).ConfigureAwait(false);
        }
    }

    private Reply Failed(Request request)
    {
        Metrics.StoreFailed();
        return Refuse(request, PostboxCode.Unavailable, "the store does not answer") with { RetryAfter = UnavailableSeconds };
    }

    private static Reply Refuse(Request request, PostboxCode code, string reason) => new(request.Serial, code) { Reason = reason };
}
