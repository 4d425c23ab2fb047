using System;
using System.Buffers.Binary;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Calls;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>Mail over frame sessions (SPEC.md 14): our device client and the service, by calls and blocks as a radio carries
/// them.</summary>
public sealed class FrameCallTests
{
    // of a frame at MTU 96
    private const int Room = 77;

    [Fact]
    public async Task Mail_comes_by_calls_once_and_its_proof_is_the_recipients()
    {
        await using Bed bed = await Bed.StartAsync();
        Device valve = bed.AddDevice();
        Device button = bed.AddDevice();
        Assert.True(await bed.Service.OpenAsync(valve.Peer));
        Assert.False(bed.Service.HasMail(valve.Peer));
        byte[] proofKey = RandomNumberGenerator.GetBytes(8);
        byte[] item = await button.SealAsync(valve.Peer, "open the valve", proofKey);
        await DepositAsync(button, valve, item);
        Assert.True(bed.Service.HasMail(valve.Peer));

        // the mail, then its acknowledgement
        Assert.Equal(2, await TakeAsync(bed, valve));
        Assert.Equal((0, "open the valve"), (valve.LastEnd, Assert.Single(valve.Heard)));
        Assert.False(bed.Service.HasMail(valve.Peer));
        Assert.Equal(0, await button.RunAsync(connection => button.Sender.Query(connection, valve.Peer, SHA256.HashData(item))));
        Assert.True(button.Sender.IsProof(proofKey), "the delivery proof is not the recipient's");
        await DepositAsync(button, valve, item);
        Assert.Equal(1, await TakeAsync(bed, valve));
        Assert.Single(valve.Heard);
    }

    [Fact]
    public async Task Long_mail_is_wanted_after_what_is_more_urgent_and_goes_on_where_an_answer_broke_off()
    {
        await using Bed bed = await Bed.StartAsync();
        Device device = bed.AddDevice(new PostboxOptions { BudgetBytes = 200 });
        Device sender = bed.AddDevice();
        Assert.True(await bed.Service.OpenAsync(device.Peer));
        string[] bodies = [new string('a', 1300), "small", new string('c', 700), "urgent"];
        for (int i = 0; i < bodies.Length; i++)
        {
            await DepositAsync(sender, device, await sender.SealAsync(device.Peer, bodies[i]), i);
        }

        // ten blocks have the first 610 bytes of an item, and not the next 512
        await TakeAsync(bed, device, mostBlocks: 10);
        Assert.Equal(0, device.LastEnd);
        Assert.Equal(bodies.Reverse(), device.Heard);
        Assert.Equal(0, bed.Service.Find(device.Peer)!.Waiting);
    }

    [Fact]
    public async Task What_is_too_long_for_a_device_is_put_off_and_told_no_more_until_something_new_comes()
    {
        await using Bed bed = await Bed.StartAsync();
        Device device = bed.AddDevice(new PostboxOptions { MaxItemBytes = 610, BudgetBytes = 610 });
        Device sender = bed.AddDevice();
        Assert.True(await bed.Service.OpenAsync(device.Peer));
        await DepositAsync(sender, device, await sender.SealAsync(device.Peer, new string('a', 1000)), 3);
        Assert.InRange(await TakeAsync(bed, device), 1, 3);
        Assert.Empty(device.Heard);
        Assert.False(bed.Service.HasMail(device.Peer));

        await DepositAsync(sender, device, await sender.SealAsync(device.Peer, "short"));
        Assert.True(bed.Service.HasMail(device.Peer));
        await TakeAsync(bed, device);
        Assert.Equal(["short"], device.Heard);
        Assert.Equal((false, 1), (bed.Service.HasMail(device.Peer), bed.Service.Find(device.Peer)!.Waiting));
    }

    [Theory]
    [InlineData("8080808080808080808001")]
    [InlineData("0050aabbccdd")]
    [InlineData("0004aabbccdd")]
    [InlineData("0000aabbcc")]
    [InlineData("0080aabbccdd01020304050607")]
    [InlineData("0040aabbccdd00")]
    [InlineData("0042aabbccdd")]
    public async Task A_body_that_breaks_a_rule_is_refused_and_does_nothing(string body)
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync(Wire.Number(3, 0));
        byte[] item = Caller.Item(1);
        Assert.Equal(0, (await owner.DepositAsync(owner.Peer, item, token: owner.Token(owner.Peer))).Code);

        // a good acknowledgement in front counts for nothing
        byte[] bytes = Convert.FromHexString(body);
        byte[] ack = [0, .. SHA256.HashData(item)[..4]];
        byte[] call = [bytes[0], .. bytes[0] == 0 ? ack : [], .. bytes[1..]];
        (int status, byte[] answer) = await bed.Service.CallAsync(owner.Peer, 0x10, call);
        Assert.Equal((2, 0), (status, answer.Length));
        Assert.Equal(1, bed.Service.Find(owner.Peer)!.Waiting);
    }

    [Fact]
    public async Task Seventeen_wants_in_a_call_are_refused_and_sixteen_get_no_more_than_an_answer_may_have()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync(Wire.Number(3, 0));
        byte[] item = Caller.Item(1, 3000);
        Assert.Equal(0, (await owner.DepositAsync(owner.Peer, item, token: owner.Token(owner.Peer))).Code);
        byte[] want = [0x40, .. SHA256.HashData(item)[..4], 0, 0];
        byte[] wants = [0xFF, 0x7F, .. Enumerable.Repeat(want, 16).SelectMany(one => one)];
        (int status, byte[] answer) = await bed.Service.CallAsync(owner.Peer, 0x10, wants);
        Assert.Equal(0, status);
        Assert.InRange(answer.Length, 4096, 4200);
        Assert.Equal(2, (await bed.Service.CallAsync(owner.Peer, 0x10, (byte[])[.. wants, .. want])).Status);
    }

    [Fact]
    public async Task Without_a_mailbox_or_for_an_unknown_method_a_call_gets_status_3()
    {
        await using Bed bed = await Bed.StartAsync();
        Device device = bed.AddDevice();
        Assert.Equal(3, (await bed.Service.CallAsync(device.Peer, 0x10, ReadOnlyMemory<byte>.Empty)).Status);
        Assert.Equal(3, (await bed.Service.CallAsync(device.Peer, 0x80, ReadOnlyMemory<byte>.Empty)).Status);
        await TakeAsync(bed, device);
        Assert.Equal(404, device.LastEnd);
    }

    [Fact]
    public async Task A_device_on_a_radio_deposits_by_a_call_and_is_told_how_it_ended()
    {
        await using Bed bed = await Bed.StartAsync();
        Device valve = bed.AddDevice();
        Device button = bed.AddDevice();
        Assert.True(await bed.Service.OpenAsync(valve.Peer));
        byte[] token = await valve.TokenAsync(button.Peer);
        byte[] item = await button.SealAsync(valve.Peer, "open");
        PostboxCalls calls = new(button.Client);

        // a stranger's, without a token; then one that no frame of this link carries; then with the token, which stays
        Assert.InRange(await DepositByCallAsync(bed, button, calls, valve, item, null, 255), 400, 499);
        Assert.Equal(PostboxResult.TooLong, await DepositByCallAsync(bed, button, calls, valve, item, token, Room));
        Assert.Equal((0, 0u), (bed.Service.Find(valve.Peer)!.Waiting, button.Sender.KeptUntil));
        Assert.Equal(0, await DepositByCallAsync(bed, button, calls, valve, item, token, 400));
        Assert.NotEqual(0u, button.Sender.KeptUntil);
        byte[] second = await button.SealAsync(valve.Peer, "close");
        Assert.Equal(0, await DepositByCallAsync(bed, button, calls, valve, second, null, 240));

        await TakeAsync(bed, valve);
        Assert.Equal(["open", "close"], valve.Heard);

        // a reply that is none, and no answer
        Assert.Equal(PostboxResult.Malformed, await DepositByCallAsync(bed, button, calls, valve, second, null, 240, (0, [0xFF])));
        Assert.Equal(PostboxResult.NoAnswer, await DepositByCallAsync(bed, button, calls, valve, second, null, 240, (-1, [])));
        Assert.False(button.Client.IsBusy);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(Room)]
    [InlineData(4096)]
    public async Task A_reply_of_several_blocks_is_read_wherever_they_cut_it(int block)
    {
        await using Bed bed = await Bed.StartAsync();
        Device owner = await AddOwnerAsync(bed);
        Device sensor = bed.AddDevice();
        PostboxCalls calls = new(sensor.Client);
        MailboxRecord record = new();
        byte[] reply = await ReplyAsync(bed, sensor, calls, () => sensor.Sender.Lookup(null!, owner.Peer, record));
        Assert.True(reply.Length > 2 * Room, $"a reply of {reply.Length} bytes is no test of blocks");
        Assert.Equal((reply.Length + block - 1) / block, await TakeReplyAsync(sensor, calls, reply, block));
        Assert.Equal((0, false), (sensor.LastEnd, sensor.Client.IsBusy));
        Assert.NotEqual(0ul, record.Sequence);

        // and the same calls once more
        await ReplyAsync(bed, sensor, calls, () => sensor.Sender.Lookup(null!, sensor.Peer, record));
        await sensor.DoAsync(() => calls.TakeAnswer(3, 0, [], 0, 0, false));
        Assert.Equal(404, sensor.LastEnd);
    }

    [Fact]
    public async Task A_reply_that_ends_early_or_has_no_end_is_none()
    {
        await using Bed bed = await Bed.StartAsync();
        Device owner = await AddOwnerAsync(bed);
        Device sensor = bed.AddDevice();
        PostboxCalls calls = new(sensor.Client);
        MailboxRecord record = new();

        // within the record, of which the reply is most
        for (int kept = 20; kept < 120; kept += 9)
        {
            byte[] reply = await AskAsync();
            await TakeReplyAsync(sensor, calls, reply[..kept], Room);
            Assert.NotEqual(0, sensor.LastEnd);
            Assert.Equal((false, 0ul), (sensor.Client.IsBusy, record.Sequence));
        }

        // a field that nobody knows, of any length: 4,096 bytes are the most of a reply (SPEC.md 16)
        await AskAsync();
        byte[] endless = [0xFA, 0x07, 0xFF, 0xFF, 0x7F, .. new byte[8192]];
        Assert.Equal((4096 / Room) + 1, await TakeReplyAsync(sensor, calls, endless, Room));
        Assert.Equal((PostboxResult.Malformed, false), (sensor.LastEnd, sensor.Client.IsBusy));

        // and an answer that stops between two blocks
        byte[] whole = await AskAsync();
        await sensor.DoAsync(() => calls.TakeAnswer(0, 0, whole, 0, Room, true));
        Assert.True(sensor.Client.IsBusy);
        await sensor.DoAsync(() => calls.TakeAnswer(-1, 0, whole, 0, 0, false));
        Assert.Equal((PostboxResult.NoAnswer, false), (sensor.LastEnd, sensor.Client.IsBusy));
        Assert.Equal(0ul, record.Sequence);

        Task<byte[]> AskAsync() => ReplyAsync(bed, sensor, calls, () => sensor.Sender.Lookup(null!, owner.Peer, record));
    }

    [Fact]
    public async Task A_reply_that_calls_itself_a_hint_ends_the_call_as_malformed_on_a_device_that_follows_too()
    {
        await using Bed bed = await Bed.StartAsync();
        Device sensor = bed.AddDevice(new PostboxOptions { Follows = true });
        PostboxCalls calls = new(sensor.Client);
        await ReplyAsync(bed, sensor, calls, () => sensor.Sender.Lookup(null!, sensor.Peer, new MailboxRecord()));
        Assert.Equal(1, await TakeReplyAsync(sensor, calls, [0x08, 0x00], Room));
        Assert.Equal((PostboxResult.Malformed, false), (sensor.LastEnd, sensor.Client.IsBusy));
    }

    [Fact]
    public async Task Deposits_queries_and_lookups_go_as_call_17_and_syncs_do_not()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        Device sensor = bed.AddDevice();
        byte[] item = Caller.Item(2);
        byte[] deposit = Caller.DepositBody(owner.Peer, item, token: owner.Token(sensor.Peer));
        (int status, byte[] reply) = await bed.Service.CallAsync(sensor.Peer, 0x11, Wire.Bytes(2, deposit));
        Assert.Equal((0, 0, 0u), (status, new Answer(reply).Code, new Answer(reply).Serial));
        Assert.Equal(1, bed.Service.Find(owner.Peer)!.Waiting);

        // the token stays for the next, which then fits a frame
        byte[] second = Caller.DepositBody(owner.Peer, Caller.Item(3));
        (status, reply) = await bed.Service.CallAsync(sensor.Peer, 0x11, Wire.Bytes(2, second));
        Assert.Equal((0, 0), (status, new Answer(reply).Code));
        Assert.Equal(2, (await bed.Service.CallAsync(sensor.Peer, 0x11, Wire.Bytes(4, []))).Status);
        Assert.Equal(2, (await bed.Service.CallAsync(sensor.Peer, 0x11, (byte[])[0xFF])).Status);
    }

    [Fact]
    public async Task Whatever_a_gateway_answers_ends_the_call_and_hands_nothing_on()
    {
        await using Bed bed = await Bed.StartAsync();
        Device device = bed.AddDevice();
        Random random = new(7);
        for (int i = 0; i < 500; i++)
        {
            byte[] answer = new byte[random.Next(300)];
            random.NextBytes(answer);
            if (answer.Length > 6 && i % 2 == 0)
            {
                // an entry that could be one
                answer[0] = 1;
                BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(5), (ushort)(0x0180 | random.Next()));
            }

            int calls = await TakeAsync(bed, device, forged: answer);
            Assert.InRange(calls, 1, 260);
        }

        Assert.Empty(device.Heard);
    }

    // with a mailbox and a record here
    private static async Task<Device> AddOwnerAsync(Bed bed)
    {
        Device owner = bed.AddDevice(null, new PostboxSenderOptions { Gateways = [bed.Address] });
        Assert.True(await owner.DoAsync(owner.Sender.SignRecord) > 0);
        Assert.Equal(0, await owner.ConfigureAsync());
        return owner;
    }

    // the code that it ended with
    private static async Task<int> DepositByCallAsync(Bed bed, Device from, PostboxCalls calls, Device to, byte[] item, byte[]? token,
        int room, (int Status, byte[] Answer)? forged = null)
    {
        byte[] body = await from.DoAsync(() =>
        {
            DepositOptions deposit = new() { To = to.Peer, Item = item, Count = item.Length, Token = token };
            Assert.True(from.Sender.Deposit(null!, deposit));
            byte[] frame = new byte[room];
            int count = calls.WriteRequest(frame, 0, room);
            return count < 0 ? [] : frame[..count];
        });
        if (body.Length > 0)
        {
            (int status, byte[] answer) = forged ?? await bed.Service.CallAsync(from.Peer, PostboxCalls.RequestMethod, body);
            await from.DoAsync(() => calls.TakeAnswer(status, 0, answer, 0, answer.Length, false));
        }

        return from.LastEnd;
    }

    // what the gateway replies to a request that a device begins
    private static async Task<byte[]> ReplyAsync(Bed bed, Device from, PostboxCalls calls, Func<bool> begin)
    {
        byte[] body = await from.DoAsync(() =>
        {
            Assert.True(begin());
            byte[] frame = new byte[Room];
            int count = calls.WriteRequest(frame, 0, Room);
            return count < 0 ? throw new InvalidOperationException("the request fits no frame") : frame[..count];
        });
        return (await bed.Service.CallAsync(from.Peer, PostboxCalls.RequestMethod, body)).Answer;
    }

    // gives it in blocks, as long as they are wanted; how many were taken
    private static Task<int> TakeReplyAsync(Device device, PostboxCalls calls, byte[] reply, int room) => device.DoAsync(() =>
    {
        int blocks = (reply.Length + room - 1) / room;
        int taken = 1;
        while (calls.TakeAnswer(0, taken - 1, reply, (taken - 1) * room, Math.Min(room, reply.Length - ((taken - 1) * room)),
            taken < blocks))
        {
            taken++;
        }

        return taken;
    });

    private static async Task DepositAsync(Device from, Device to, byte[] item, int priority = 0)
    {
        byte[] token = await to.TokenAsync(from.Peer);
        Assert.Equal(0, await from.RunAsync(connection => from.Sender.Deposit(connection, new DepositOptions
        {
            To = to.Peer, Item = item, Count = item.Length, Token = token, Priority = priority,
        })));
    }

    // calls until it wants no more; how many they were
    private static async Task<int> TakeAsync(Bed bed, Device device, int mostBlocks = 128, byte[]? forged = null)
    {
        int calls = 0;
        PostboxCalls mail = new(device.Client);
        do
        {
            byte[] body = await device.DoAsync(() =>
            {
                byte[] to = new byte[Room];
                int count = mail.WriteCall(bed.Identity.PeerId, to, 0, to.Length);
                return count >= 0 ? to[..count] : throw new InvalidOperationException("the call was not begun");
            });
            (int status, byte[] answer) = forged != null ? (0, forged) : await bed.Service.CallAsync(device.Peer, 0x10, body);
            int blocks = Math.Clamp((answer.Length + Room - 1) / Room, 1, mostBlocks);
            await device.DoAsync(() =>
            {
                for (int i = 0; i < blocks; i++)
                {
                    int at = i * Room;
                    if (!mail.TakeAnswer(status, i, answer, at, Math.Min(Room, answer.Length - at), i < blocks - 1))
                    {
                        break;
                    }
                }

                return 0;
            });
            calls++;
            Assert.True(calls < 300, "the calls do not end");
        }
        while (await device.DoAsync(() => mail.IsCallDue));
        return calls;
    }
}
