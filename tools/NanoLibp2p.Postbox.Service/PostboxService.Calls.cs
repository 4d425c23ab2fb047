using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Messages;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Streams;

namespace NanoLibp2p.Postbox.Service;

// Devices on radios: calls of frame sessions instead of a stream (SPEC.md 14).
public sealed partial class PostboxService
{
    /// <summary>The call of a frame session that takes mail (SPEC.md 14.1).</summary>
    internal const int MailMethod = 0x10;

    /// <summary>The call that carries any other request (SPEC.md 14.2).</summary>
    internal const int RequestMethod = 0x11;

    private const byte StatusNotNow = 1;
    private const byte StatusRefused = 2;
    private const byte StatusNoMailbox = 3;

    // an answer has 128 blocks of a frame at the most, and the air has less: what is longer is wanted in parts
    private const int MaxCallItems = 4096;
    private const byte AckEnd = 0x10;
    private const byte AckProof = 0x80;
    private const byte CallWant = 0x40;
    private const byte CallLater = 0x41;
    private const int ShortName = 4;
    private const int MaxRadioVisitors = 10_000;
    private readonly ConcurrentDictionary<PeerId, Visitor> _radioVisitors = new();

    /// <summary>Whether mail waits that the device has not put off: told it at no cost with each acknowledgement of its session.</summary>
    /// <param name="device">Whose.</param>
    internal bool HasMail(PeerId device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (_index.Find(device) is not { Waiting: > 0 } box)
        {
            return false;
        }

        lock (box.Lock)
        {
            return Live(box).Any(one => !box.PutOff.Contains(one.Sequence));
        }
    }

    /// <summary>A device calls over its frame session, which has proved it: <see cref="MailMethod"/>, or
    /// <see cref="RequestMethod"/>.</summary>
    /// <param name="device">Who.</param>
    /// <param name="method">The method.</param>
    /// <param name="body">Its body, of one frame.</param>
    /// <returns>The status, 0 for done, 1 not now, 2 refused, 3 no mailbox or no such method; and the answer.</returns>
    internal async Task<(int Status, byte[] Answer)> CallAsync(PeerId device, int method, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(device);
        try
        {
            return method switch
            {
                MailMethod => await TakeMailAsync(device, body).ConfigureAwait(false),
                RequestMethod => await RequestAsync(device, body).ConfigureAwait(false),
                _ => (StatusNoMailbox, []),
            };
        }
        catch (Exception e) when (e is PostboxStoreException or ObjectDisposedException)
        {
            Metrics.StoreFailed();
            return (StatusNotNow, []);
        }
    }

    private async Task<(int Status, byte[] Answer)> TakeMailAsync(PeerId device, ReadOnlyMemory<byte> body)
    {
        if (!MailCall.Read(body.Span, out MailCall call))
        {
            return (StatusRefused, []);
        }

        if (_index.Find(device) is not { } box)
        {
            return (StatusNoMailbox, []);
        }

        await TryAsync(() => SeeAsync(box)).ConfigureAwait(false);
        await TryAsync(() => ExpireAsync(box, Swept)).ConfigureAwait(false);
        List<Acknowledgement> acknowledged = [];
        lock (box.Lock)
        {
            foreach ((uint name, byte outcome, ulong? proof) in call.Acknowledged)
            {
                if (Named(box, name) is { } head)
                {
                    acknowledged.Add(new Acknowledgement(head.Id.Name, outcome, proof));
                }
            }

            foreach (uint name in call.PutOff)
            {
                if (Named(box, name) is { } head)
                {
                    box.PutOff.Add(head.Sequence);
                }
            }
        }

        await AcknowledgeAsync(box, acknowledged).ConfigureAwait(false);
        byte[] answer = await ListAsync(box, call).ConfigureAwait(false);
        Metrics.Synced(answer.Length == 0 && acknowledged.Count == 0);
        return (0, answer);
    }

    // what was wanted, how many wait, and entries, of which the first come along
    private async Task<byte[]> ListAsync(Mailbox box, MailCall call)
    {
        List<(PostboxHead? Head, int Offset, int Length)> wanted = [];
        List<PostboxHead> live;
        HashSet<long> putOff;
        int room = MaxCallItems;
        lock (box.Lock)
        {
            foreach (Want want in call.Wants)
            {
                PostboxHead? head = Named(box, (uint)want.Name);
                int offset = (int)Math.Min(want.Offset, (uint)(head?.Size ?? 0));
                int length = Math.Min((head?.Size ?? 0) - offset, want.Length == 0 ? room : (int)Math.Min(want.Length, (uint)room));
                room -= length;
                wanted.Add((head, offset, length));
            }

            // of items that share a name the oldest alone
            live = [.. Live(box).DistinctBy(one => (uint)one.Id.Name)];
            box.PutOff.IntersectWith(live.Select(one => one.Sequence));
            putOff = [.. box.PutOff];
        }

        using MemoryStream answer = new();
        foreach ((PostboxHead? head, int offset, int length) in wanted)
        {
            byte[] part = await ReadAsync(head, offset, length).ConfigureAwait(false);
            Put(answer, (uint)part.Length);
            answer.Write(part);
        }

        if (live.Count == 0)
        {
            return answer.ToArray();
        }

        answer.WriteByte((byte)Math.Min(live.Count, byte.MaxValue));
        int budget = (int)Math.Min(call.Take, (uint)room);
        bool isListed = false;
        foreach (PostboxHead head in live.OrderBy(one => putOff.Contains(one.Sequence)))
        {
            bool isHere = head.Size <= budget && !putOff.Contains(head.Sequence);
            byte[] item = isHere ? await ReadAsync(head, 0, head.Size).ConfigureAwait(false) : [];
            if (isListed && item.Length == 0)
            {
                // without bytes: one is enough for what is asked next
                break;
            }

            byte[] name = new byte[ShortName];
            BinaryPrimitives.WriteUInt32LittleEndian(name, (uint)head.Id.Name);
            answer.Write(name);
            Put(answer, (16 * (uint)head.Size) + (4 * (uint)Math.Min(head.Priority, (byte)3)) + (head.Form == 1 ? 0u : 2u)
                + (item.Length > 0 ? 1u : 0u));
            answer.Write(item);
            budget = item.Length > 0 ? budget - item.Length : 0;
            isListed = true;
        }

        return answer.ToArray();
    }

    // none where it went meanwhile, or is damaged
    private async Task<byte[]> ReadAsync(PostboxHead? head, int offset, int length)
    {
        if (head == null || length <= 0)
        {
            return [];
        }

        byte[] part = new byte[length];
        try
        {
            return await ReadAsync(head, offset, part).ConfigureAwait(false) == length ? part : [];
        }
        catch (PostboxStoreException e) when (e.Fault == StoreFault.DamagedItem)
        {
            return [];
        }
    }

    private async Task<(int Status, byte[] Answer)> RequestAsync(PeerId device, ReadOnlyMemory<byte> body)
    {
        // a request without its serial
        RequestResult result = RequestReader.Read(new byte[] { 0x08, 1 }.Concat(body.ToArray()).ToArray());
        Visitor visitor = VisitorOf(device);
        Reply reply;
        switch (result.Request)
        {
            case DepositRequest deposit:
                reply = await DepositAsync(visitor, deposit).ConfigureAwait(false);
                break;
            case ConfigureRequest configure:
                reply = await ConfigureAsync(visitor, configure).ConfigureAwait(false);
                break;
            case QueryRequest query:
                reply = Query(visitor, query);
                break;
            case LookupRequest lookup:
                reply = Lookup(visitor, lookup);
                break;
            default:
                return (StatusRefused, []);
        }

        Metrics.Answered(result.Request is DepositRequest, reply.Code);
        return (0, (reply with { Serial = 0 }).ToMessage());
    }

    // tokens are kept over sessions; of very many devices those of all are forgotten, and come again
    private Visitor VisitorOf(PeerId device)
    {
        if (_radioVisitors.Count >= MaxRadioVisitors)
        {
            _radioVisitors.Clear();
        }

        return _radioVisitors.GetOrAdd(device, peer => new Visitor(peer, $"radio/{peer}", false));
    }

    // what waits and has not ended; under the mailbox's lock
    private IEnumerable<PostboxHead> Live(Mailbox box)
    {
        bool isDoubtful = _clock.IsInDoubt();
        uint now = _clock.Now;
        return box.List(0).Where(one => isDoubtful || _index.Ends.Of(one) > now);
    }

    private PostboxHead? Named(Mailbox box, uint name)
        => Live(box).Where(one => (uint)one.Id.Name == name).MinBy(one => one.Sequence);

    private static void Put(MemoryStream to, uint value)
    {
        byte[] bytes = new byte[Varint.MaxBytes];
        to.Write(bytes, 0, Varint.Write(value, bytes, 0));
    }

    /// <summary>The body of a call that takes mail.</summary>
    private readonly record struct MailCall(
        uint Take, List<(uint Name, byte Outcome, ulong? Proof)> Acknowledged, List<Want> Wants, List<uint> PutOff)
    {
        /// <summary>Reads it; false when it has anything else in it.</summary>
        internal static bool Read(ReadOnlySpan<byte> body, out MailCall call)
        {
            call = new MailCall(0, [], [], []);
            if (body.IsEmpty)
            {
                return true;
            }

            if (!Number(ref body, out uint take))
            {
                return false;
            }

            call = call with { Take = take };
            while (!body.IsEmpty)
            {
                byte kind = body[0];
                int outcome = kind & ~AckProof;
                int size = 1 + ShortName + (kind >= AckProof ? sizeof(ulong) : 0);
                if (body.Length < size || (outcome >= AckEnd && kind is not (CallWant or CallLater)))
                {
                    return false;
                }

                uint name = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
                if (kind == CallLater)
                {
                    call.PutOff.Add(name);
                }
                else if (kind != CallWant)
                {
                    call.Acknowledged.Add((name, (byte)outcome,
                        kind >= AckProof ? BinaryPrimitives.ReadUInt64LittleEndian(body[(1 + ShortName)..]) : null));
                }

                body = body[size..];
                if (kind == CallWant)
                {
                    if (!Number(ref body, out uint offset) || !Number(ref body, out uint length)
                        || call.Wants.Count == RequestReader.MaxWants)
                    {
                        return false;
                    }

                    call.Wants.Add(new Want(name, offset, length));
                }
            }

            // outcomes above 3 are reserved
            return call.Acknowledged.TrueForAll(one => one.Outcome <= 3);
        }

        private static bool Number(ref ReadOnlySpan<byte> body, out uint value)
        {
            byte[] head = body[..Math.Min(body.Length, Varint.MaxBytes)].ToArray();
            int count = Varint.Read(head, 0, head.Length, out ulong number);
            value = (uint)Math.Min(number, uint.MaxValue);
            body = count > 0 ? body[count..] : body;
            return count > 0 && number <= uint.MaxValue;
        }
    }
}
