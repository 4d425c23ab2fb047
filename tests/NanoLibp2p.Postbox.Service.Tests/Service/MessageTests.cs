using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Messages;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>Requests and answers against the specification's vectors (SPEC.md 8, A), and the reader against anything; against more of it
/// with NANOLIBP2P_POSTBOX_FUZZ=1000000.</summary>
public sealed class MessageTests
{
    private static readonly int _fuzzed = int.TryParse(Environment.GetEnvironmentVariable("NANOLIBP2P_POSTBOX_FUZZ"), out int given)
        ? given
        : 0;

    private const uint At = Vectors.Sent;

    private static byte[] Item => Vectors.Get("item plain");

    private static ulong Name => ItemId.Of(Item).Name;

    [Fact]
    public void Deposits_are_read()
    {
        DepositRequest deposit = Read<DepositRequest>("request deposit, token");
        Assert.Equal(Recipient(), deposit.To);
        Assert.Equal((1u, 86400u, (byte)3), (deposit.Serial, deposit.Ttl, deposit.Priority));
        Assert.Equal(Vectors.Get("token"), deposit.Token.ToArray());
        Assert.Equal(Item, deposit.Item.ToArray());
        Assert.NotNull(Statements.OpenToken(deposit.Token.Span, Recipient()));
        DepositRequest worked = Read<DepositRequest>("request deposit, work");
        Assert.Equal(BitConverter.ToUInt64(Vectors.Get("work, first of 16 bits")), worked.Work);
        DepositRequest slotted = Read<DepositRequest>("request deposit in a slot");
        Assert.Equal(BitConverter.ToUInt64(Vectors.Get("slot, secret a0..bf, subject setpoint")), slotted.Slot);
        DepositRequest cancel = Read<DepositRequest>("request cancel");
        Assert.Equal((slotted.Slot, false), (cancel.Slot, cancel.HasItem));
    }

    [Fact]
    public void Other_requests_are_read()
    {
        QueryRequest query = Read<QueryRequest>("request query");
        Assert.Equal([ItemId.Of(Item)], query.Ids);
        Assert.Equal(Recipient(), query.To);
        SyncRequest probe = Read<SyncRequest>("request sync, probe");
        Assert.Equal((0, 0, 0u, false), (probe.Acknowledgements.Count, probe.Limit, probe.Budget, probe.Follows));
        SyncRequest sync = Read<SyncRequest>("request sync with an acknowledgement");
        Assert.Equal([new Acknowledgement(Name, 0, BitConverter.ToUInt64(Vectors.Get("proof STORED")))], sync.Acknowledgements);
        Assert.Equal((8, 512u), (sync.Limit, sync.Budget));
        FetchRequest fetch = Read<FetchRequest>("request fetch");
        Assert.Equal([new Want(Name, 82, 73)], fetch.Wants);
        ConfigureRequest configure = Read<ConfigureRequest>("request configure");
        MailboxStatement record = Statements.OpenRecord(configure.Record.Span, Recipient())!;
        byte[] gateway = Vectors.Get("gateway");
        Assert.Equal([PeerId.FromBytes(gateway, 0, gateway.Length)], record.Gateways);
        Assert.Null(Statements.OpenRecord(configure.Record.Span, record.Gateways[0]));
        Assert.Equal(Recipient(), Read<LookupRequest>("request lookup").To);
        Assert.NotNull(Statements.OpenRecord(Vectors.Get("record with prekey"), Recipient()));
    }

    [Fact]
    public void Answers_are_written()
    {
        Assert.Equal(Hex("reply deposited"), Hex(new Reply(1, PostboxCode.Ok)
        {
            BodyField = Reply.DepositedField, Body = new MessageWriter().Fixed32(1, At + 86400),
        }));
        Assert.Equal(Hex("reply sync, nothing"), Hex(new Reply(1, PostboxCode.Ok)
        {
            BodyField = Reply.MailField, Body = new MessageWriter().Varint(1, 0).Varint(2, 0).Fixed32(5, At).Varint(6, 0),
        }));
        Assert.Equal(Hex("reply refused 406"), Hex(new Reply(2, PostboxCode.WorkRequired)
        {
            Reason = "work",
            Terms = new MessageWriter().Varint(1, 64).Varint(2, 65536).Varint(3, 4096).Varint(4, 2592000).Varint(5, 18).Varint(6, 90)
                .Fixed32(7, At),
        }));
        Assert.Equal(Hex("reply fates"), Hex(new Reply(5, PostboxCode.Ok)
        {
            BodyField = Reply.FatesField,
            Body = new MessageWriter().Message(1, new MessageWriter().Varint(1, 2)
                .Fixed64(2, BitConverter.ToUInt64(Vectors.Get("proof STORED"))).Fixed32(3, At + 172800)),
        }));
        Assert.Equal(Hex("reply piece"), Convert.ToHexString([.. Reply.PieceHead(2, Name, 0, Item.Length, Item.Length), .. Item]));
    }

    [Fact]
    public void Whatever_comes_is_a_request_or_has_a_code()
    {
        byte[][] seeds = [.. Vectors.Names.Where(one => one.StartsWith("request ", StringComparison.Ordinal))
            .Select(one => Undelimited(Vectors.Get(one)))];
        Random random = new(20261126);
        Stopwatch watch = Stopwatch.StartNew();
        Dictionary<PostboxCode, int> found = [];
        for (int i = 0; i < _fuzzed || (i < 100_000 && _fuzzed == 0 && watch.Elapsed < TimeSpan.FromSeconds(10)); i++)
        {
            byte[] bytes = Mutate(seeds[random.Next(seeds.Length)], random);
            RequestResult result = RequestReader.Read(bytes);
            Assert.Equal(result.Request == null, result.Code != PostboxCode.Ok);
            found[result.Code] = found.GetValueOrDefault(result.Code) + 1;
            if (result.Request is DepositRequest deposit)
            {
                // statements within are read from anybody as well
                Statements.OpenToken(deposit.Token.Span, deposit.To);
            }
            else if (result.Request is ConfigureRequest configure)
            {
                Statements.OpenRecord(configure.Record.Span, Recipient());
            }
        }

        Assert.Equal([PostboxCode.Ok, PostboxCode.Malformed, PostboxCode.Unsupported], found.Keys.Order());
    }

    [Fact]
    public async Task Streams_of_anything_end_in_codes_and_the_next_is_served()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        byte[][] seeds = [.. Vectors.Names.Where(one => one.StartsWith("request ", StringComparison.Ordinal)).Select(Vectors.Get)];
        Random random = new(7);
        for (int i = 0; i < 100; i++)
        {
            byte[] bytes = [.. Enumerable.Range(0, 4).SelectMany(_ => Mutate(seeds[random.Next(seeds.Length)], random))];
            await owner.OpenAsync();
            await owner.SendAsync(bytes);
            owner.Stream.CompleteWrites();
            while (await owner.TryReadAsync() is { } answer)
            {
                Assert.True(answer.Code is 0 or (>= 400 and <= 408) or (>= 500 and <= 503), $"code {answer.Code}");
            }
        }

        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 0, "nothing is held");
        await owner.OpenAsync();
        Assert.Equal(0, (await owner.SyncAsync()).Code);
    }

    private static byte[] Mutate(byte[] from, Random random)
    {
        List<byte> bytes = [.. from];
        for (int i = random.Next(6); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
            }
        }

        return [.. bytes];
    }

    private static T Read<T>(string name)
        where T : Request
    {
        RequestResult result = RequestReader.Read(Undelimited(Vectors.Get(name)));
        Assert.Equal((PostboxCode.Ok, ""), (result.Code, result.Reason));
        return Assert.IsType<T>(result.Request);
    }

    private static byte[] Undelimited(byte[] bytes) => Wire.TryTake([.. bytes])!;

    private static PeerId Recipient()
    {
        byte[] id = Vectors.Get("recipient");
        return PeerId.FromBytes(id, 0, id.Length);
    }

    private static string Hex(string name) => Convert.ToHexString(Vectors.Get(name));

    private static string Hex(Reply reply) => Convert.ToHexString(reply.ToBytes());
}
