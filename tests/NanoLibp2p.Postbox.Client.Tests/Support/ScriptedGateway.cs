using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Client.Tests;

/// <summary>A gateway in this process, written from the specification alone: it answers as section 8 says, or as the test's script
/// does.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    private readonly Identity _identity;
    private readonly Lock _lock = new();
    private readonly List<(PeerStream Stream, PeerId Peer)> _following = [];

    private ScriptedGateway(Libp2pNode node, Identity identity)
    {
        Node = node;
        _identity = identity;
    }

    /// <summary>An item and what became of it: State of SPEC.md 8.1.</summary>
    public sealed class Item(PeerId to, byte[] bytes)
    {
        public PeerId To { get; } = to;

        public byte[] Bytes { get; set; } = bytes;

        public byte[] Id { get; } = SHA256.HashData(bytes);

        public int Priority { get; set; }

        public byte[]? Slot { get; set; }

        public int State { get; set; } = 1;

        public byte[]? Proof { get; set; }

        public byte[] Name => Id[..8];
    }

    /// <summary>A request as it came.</summary>
    public sealed record Request(int Kind, List<Wire.Field> Fields, uint Serial, PeerId From, PeerStream Stream);

    public Libp2pNode Node { get; }

    public Multiaddr Address => Node.ListenAddresses[0];

    public List<Item> Items { get; } = [];

    public Dictionary<PeerId, byte[]> Records { get; } = [];

    /// <summary>Peers that have a mailbox here; null for everybody.</summary>
    public HashSet<PeerId>? Mailboxes { get; set; }

    /// <summary>Acknowledged items are offered again: a gateway that replays.</summary>
    public bool Keeps { get; set; }

    /// <summary>Bits of work asked of strangers.</summary>
    public int Work { get; set; }

    /// <summary>Bits that Lookup tells; as asked when null.</summary>
    public int? ToldWork { get; set; }

    public List<Request> Requests { get; } = [];

    /// <summary>The answer to a request; null for the ordinary one, no bytes for a stream that is broken off.</summary>
    public Func<Request, byte[]?>? Script { get; set; }

    /// <summary>Signs receipts in the gateway's place.</summary>
    public Identity? ReceiptSigner { get; set; }

    /// <summary>Starts one.</summary>
    /// <param name="former">One that has ended: its peer and its items at another address; null for a new one.</param>
    public static async Task<ScriptedGateway> StartAsync(ScriptedGateway? former = null)
    {
        Identity identity = former?._identity ?? Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        Libp2pNodeOptions options = new() { Identity = identity, Shards = 1, PubSub = null };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        Libp2pNode node = await Libp2pNode.StartAsync(options);
        ScriptedGateway gateway = new(node, identity);
        gateway.Items.AddRange(former?.Items ?? []);
        node.Handle(PostboxOptions.ProtocolId, gateway.ServeAsync);
        return gateway;
    }

    public static byte[] Refuse(uint serial, int code, byte[]? more = null)
        => Wire.Delimited([.. Wire.Number(1, serial), .. Wire.Number(2, (ulong)code), .. more ?? []]);

    public static byte[] Reply(uint serial, int field, byte[] body)
        => Wire.Delimited([.. Wire.Number(1, serial), .. Wire.Bytes(field, body)]);

    /// <summary>Puts an item into a mailbox, and tells who follows.</summary>
    public async Task AddAsync(Item item)
    {
        lock (_lock)
        {
            Items.Add(item);
        }

        await TellAsync(item);
    }

    private async Task TellAsync(Item item)
    {
        List<PeerStream> told;
        lock (_lock)
        {
            told = [.. _following.Where(one => one.Peer.Equals(item.To)).Select(one => one.Stream)];
        }

        foreach (PeerStream stream in told)
        {
            await stream.WriteAsync(Wire.Delimited(Wire.Bytes(10, [.. Wire.Number(1, 1), .. Wire.Number(2, 100)])));
        }
    }

    public async ValueTask DisposeAsync() => await Node.DisposeAsync();

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        List<byte> unread = [];
        byte[] buffer = new byte[65536];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                unread.AddRange(buffer[..count]);
                while (Wire.TryTake(unread) is { } message)
                {
                    byte[] answer = Answer(message, stream, out Item? added);
                    if (answer.Length == 0)
                    {
                        stream.Abort();
                        return;
                    }

                    await stream.WriteAsync(answer, cancellationToken);
                    if (added != null)
                    {
                        await TellAsync(added);
                    }
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _following.RemoveAll(one => one.Stream == stream);
            }
        }
    }

    private byte[] Answer(byte[] message, PeerStream stream, out Item? added)
    {
        added = null;
        lock (_lock)
        {
            List<Wire.Field> fields = Wire.Read(message);
            Wire.Field body = fields[^1];
            Request request = new(body.Number, Wire.Read(body.Bytes), (uint)Wire.NumberOf(fields, 1), stream.RemotePeer, stream);
            Requests.Add(request);
            return Script?.Invoke(request) ?? request.Kind switch
            {
                2 => AnswerDeposit(request, out added),
                3 => AnswerQuery(request),
                4 => AnswerSync(request),
                5 => AnswerFetch(request),
                6 => AnswerConfigure(request),
                _ => AnswerLookup(request),
            };
        }
    }

    private static PeerId PeerOf(byte[] bytes) => PeerId.FromBytes(bytes, 0, bytes.Length);

    private static uint Now => (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    private byte[] Terms(PeerId to) => Wire.Bytes(7, [.. Wire.Number(1, 256), .. Wire.Number(3, 65536),
        .. Wire.Number(5, (ulong)(ToldWork ?? Work)), .. Wire.Fixed32(7, to.Length > 0 ? Now : 0)]);

    private bool HasMailbox(PeerId peer) => Mailboxes == null || Mailboxes.Contains(peer);

    private byte[] AnswerLookup(Request request)
    {
        PeerId to = PeerOf(Wire.BytesOf(request.Fields, 1)!);
        if (!HasMailbox(to))
        {
            return Refuse(request.Serial, 404);
        }

        byte[] record = Records.TryGetValue(to, out byte[]? held) ? Wire.Bytes(6, held) : [];
        return Wire.Delimited([.. Wire.Number(1, request.Serial), .. record, .. Terms(to)]);
    }

    private byte[] AnswerConfigure(Request request)
    {
        Mailboxes?.Add(request.From);
        if (Wire.BytesOf(request.Fields, 1) is { } record)
        {
            Records[request.From] = record;
        }

        return Wire.Delimited([.. Wire.Number(1, request.Serial), .. Terms(request.From)]);
    }

    private byte[] AnswerDeposit(Request request, out Item? added)
    {
        added = null;
        PeerId to = PeerOf(Wire.BytesOf(request.Fields, 1)!);
        byte[]? slot = Wire.BytesOf(request.Fields, 4);
        if (!HasMailbox(to))
        {
            return Refuse(request.Serial, 404);
        }

        foreach (Item one in Items.Where(one => slot != null && one.State == 1 && one.Slot.AsSpan().SequenceEqual(slot)))
        {
            one.State = 6;
        }

        uint until = Now + 86400;
        if (Wire.BytesOf(request.Fields, 15) is not { } bytes)
        {
            return Reply(request.Serial, 8, Wire.Fixed32(1, until));
        }

        Item item = new(to, bytes) { Slot = slot, Priority = (int)Wire.NumberOf(request.Fields, 3) };
        bool isDuplicate = Items.Exists(one => one.Id.AsSpan().SequenceEqual(item.Id));
        if (!isDuplicate)
        {
            bool hasToken = Wire.BytesOf(request.Fields, 5) != null;
            if (!hasToken && Work > 0 && !IsWork(to, item.Id, Wire.BytesOf(request.Fields, 6), Work))
            {
                return Refuse(request.Serial, 406, Wire.Bytes(7, Wire.Number(5, (ulong)Work)));
            }

            // before the answer: who has a receipt may look
            Items.Add(item);
            added = item;
        }

        byte[] receipt = Receipt(to, item, until);
        return Wire.Delimited([.. Wire.Number(1, request.Serial), .. Wire.Bytes(5, receipt),
            .. Wire.Bytes(8, [.. Wire.Fixed32(1, until), .. Wire.Number(2, isDuplicate ? 1u : 0u)])]);
    }

    private byte[] Receipt(PeerId to, Item item, uint until) => SignedEnvelope.Seal(ReceiptSigner ?? _identity, DesktopCrypto.Choose(),
        "nanolibp2p-postbox-receipt", Encoding.ASCII.GetBytes("/postbox/receipt"),
        [.. Wire.Bytes(1, to.ToBytes()), .. Wire.Bytes(2, item.Id), .. Wire.Fixed32(4, Now), .. Wire.Fixed32(5, until),
            .. Wire.Number(6, (ulong)item.Bytes.Length), .. Wire.Number(7, item.Slot == null ? 0u : 1u)]).Bytes.ToArray();

    private static bool IsWork(PeerId to, byte[] id, byte[]? work, int bits)
    {
        if (work == null)
        {
            return false;
        }

        byte[] head = SHA256.HashData([.. Encoding.ASCII.GetBytes("nanolibp2p-postbox-work:"), .. to.ToBytes(), .. id]);
        ulong top = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData([.. head, .. work]));
        return top >> (64 - bits) == 0;
    }

    private byte[] AnswerQuery(Request request)
    {
        byte[] id = Wire.BytesOf(request.Fields, 2)!;
        Item? item = Items.Find(one => one.Id.AsSpan().SequenceEqual(id));
        byte[] fate = item == null ? [] : [.. Wire.Number(1, (ulong)item.State), .. item.Proof == null ? [] : Wire.Fixed64(2, item.Proof),
            .. Wire.Fixed32(3, Now + 86400)];
        return Reply(request.Serial, 9, Wire.Bytes(1, fate));
    }

    private byte[] AnswerSync(Request request)
    {
        if (!HasMailbox(request.From))
        {
            return Refuse(request.Serial, 404);
        }

        foreach (Wire.Field field in request.Fields.Where(field => field.Number == 1))
        {
            List<Wire.Field> ack = Wire.Read(field.Bytes);
            byte[] name = Wire.BytesOf(ack, 1)!;
            if (Items.Find(one => one.State == 1 && one.Name.AsSpan().SequenceEqual(name)) is { } acked)
            {
                acked.Proof = Wire.BytesOf(ack, 3);
                acked.State = Keeps ? 1 : 2 + (int)Wire.NumberOf(ack, 2);
            }
        }

        if (Wire.NumberOf(request.Fields, 5) != 0 && !_following.Exists(one => one.Stream == request.Stream))
        {
            _following.Add((request.Stream, request.From));
        }

        List<Item> waiting = [.. Items.Where(one => one.State == 1 && one.To.Equals(request.From)).OrderByDescending(one => one.Priority)];
        List<Item> listed = [.. waiting.Skip((int)Wire.NumberOf(request.Fields, 6))];
        int budget = (int)Wire.NumberOf(request.Fields, 4);
        int attached = 0;
        for (int bytes = 0; attached < listed.Count && bytes + listed[attached].Bytes.Length <= budget; attached++)
        {
            bytes += listed[attached].Bytes.Length;
        }

        byte[] mail = [.. Wire.Number(1, (ulong)listed.Count), .. Wire.Number(2, (ulong)listed.Sum(one => one.Bytes.Length))];
        foreach (Item item in listed.Take((int)Wire.NumberOf(request.Fields, 3)))
        {
            mail = [.. mail, .. Wire.Bytes(3, [.. Wire.Fixed64(1, item.Name), .. Wire.Number(2, (ulong)item.Bytes.Length),
                .. Wire.Number(3, (ulong)item.Priority), .. Wire.Fixed64(5, item.Bytes[2..10])])];
        }

        byte[] answer = Reply(request.Serial, 10, [.. mail, .. Wire.Fixed32(5, Now), .. Wire.Number(6, (ulong)attached)]);
        foreach (Item item in listed.Take(attached))
        {
            answer = [.. answer, .. Piece(request.Serial, item, 0)];
        }

        return answer;
    }

    private byte[] AnswerFetch(Request request)
    {
        List<Wire.Field> want = Wire.Read(request.Fields[0].Bytes);
        byte[] name = Wire.BytesOf(want, 1)!;
        Item? item = Items.Find(one => one.State == 1 && one.Name.AsSpan().SequenceEqual(name));
        return item == null ? Reply(request.Serial, 11, Wire.Fixed64(1, name)) : Piece(request.Serial, item, (int)Wire.NumberOf(want, 2));
    }

    private static byte[] Piece(uint serial, Item item, int offset) => Reply(serial, 11, [.. Wire.Fixed64(1, item.Name),
        .. Wire.Number(2, (ulong)offset), .. Wire.Number(3, (ulong)item.Bytes.Length), .. Wire.Bytes(15, item.Bytes[offset..])]);
}
