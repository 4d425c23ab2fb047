using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>The firmware's own mail against the service, over TCP that breaks, and boards that lose their power.</summary>
public sealed class SleepTests
{
    [Fact]
    public async Task Ten_wakes_over_a_link_that_breaks_and_through_reboots_bring_everything_once_in_order_and_the_latest_setpoint()
    {
        Random random = new(3);
        await using Bed bed = await Bed.StartAsync();
        Device writer = bed.AddDevice();
        SleepyBoard board = NewBoard(bed, writer);
        List<string> put = [];
        int reboots = 0;
        for (int wake = 0; wake < 10; wake++)
        {
            bool isLast = wake == 9;
            for (int i = 0; i < 3; i++)
            {
                int priority = random.Next(4);
                put.Add($"{priority}:{wake}.{i}" + new string('.', random.Next(3) == 0 ? 1_500 : 10));
                await PutAsync(writer, board, put[^1], priority);
            }

            // the newer one is there first, and of the two only that counts
            LetterOptions setpoint = new() { Subject = "setpoint"u8.ToArray(), IsLatest = true };
            byte[] older = await SealAsync(writer, board, $"old setpoint {wake}", setpoint);
            await DepositAsync(writer, board, await SealAsync(writer, board, $"setpoint {wake}", setpoint), 3);
            await DepositAsync(writer, board, older, 3);

            int before = board.Heard.Count;
            int ends = board.Ends.Count;
            int breaks = board.Breaks + random.Next(1, 4);
            board.BreakAfter = isLast ? -1 : 900 + random.Next(2_500);
            board.Values.CutsAfter = random.Next(2) == 0;
            board.Values.CutAt = isLast || random.Next(3) > 0 ? 0 : board.Values.Writes + random.Next(1, 12);
            bool slept = board.RunUntil(
                () => board.Ends.Skip(ends).Contains(0) || (board.Breaks >= breaks && !isLast), $"wake {wake}") && board.Breaks < breaks;
            reboots += slept ? 0 : 1;
            board.PowerOff();
            List<char> priorities = [.. board.Heard.Skip(before).Where(body => body[1] == ':').Select(body => body[0])];
            Assert.Equal(priorities.OrderDescending(), priorities);
        }

        Assert.InRange(reboots, 3, 9);
        await Bed.UntilAsync(() => bed.Service.Find(board.Peer)!.Waiting == 0, "an empty mailbox");
        List<string> all = [.. board.Heard.Concat(board.Again)];
        Assert.Equal(put.Order(), all.Where(body => body[1] == ':').Distinct().Order());
        Assert.Equal(board.Heard.Count, board.Heard.Distinct().Count());
        Assert.DoesNotContain(all, body => body.StartsWith("old", StringComparison.Ordinal));
        int[] setpoints = [.. board.Heard.Where(body => body[0] == 's').Select(body => int.Parse(body[9..], null))];
        Assert.Equal(setpoints.Order(), setpoints);
        Assert.Contains("setpoint 9", all);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cut_off_at_any_write_to_its_store_a_board_hands_each_message_on_once_or_says_that_it_may_have_before(bool cutsAfter)
    {
        string[] bodies = ["b", new('c', 900), new('a', 1_400)];
        await using Bed bed = await Bed.StartAsync();
        int cuts = 0;
        bool isCut = true;
        while (isCut)
        {
            Device writer = bed.AddDevice();
            SleepyBoard board = NewBoard(bed, writer);
            for (int i = 0; i < bodies.Length; i++)
            {
                await PutAsync(writer, board, bodies[i], i);
            }

            int ends = board.Ends.Count;
            board.Values.CutsAfter = cutsAfter;
            board.Values.CutAt = board.Values.Writes + cuts + 1;
            isCut = !board.RunUntil(() => board.Ends.Skip(ends).Contains(0), "a wake that is cut off");
            board.PowerOff();
            ends = board.Ends.Count;
            Assert.True(board.RunUntil(() => board.Ends.Skip(ends).Contains(0), "the wake behind it"), "cut off once, it runs to the end");
            board.PowerOff();
            await Bed.UntilAsync(() => bed.Service.Find(board.Peer)!.Waiting == 0, "an empty mailbox");
            Assert.Equal(bodies.Order(), board.Heard.Concat(board.Again).Distinct().Order());
            Assert.Equal(board.Heard.Count, board.Heard.Distinct().Count());
            Assert.InRange(board.Again.Count, 0, 1);
            cuts += isCut ? 1 : 0;
        }

        // numbers of messages, blocks, entries, what was handed on and acknowledged
        Assert.InRange(cuts, 8, 24);
    }

    // its first wake makes the mailbox
    private static SleepyBoard NewBoard(Bed bed, Device writer)
    {
        SleepyBoard board = new(bed.Address, writer.Peer);
        Assert.True(board.RunUntil(() => board.Ends.Contains(0), "a mailbox"));
        board.PowerOff();
        return board;
    }

    private static async Task PutAsync(Device writer, SleepyBoard board, string body, int priority)
        => await DepositAsync(writer, board, await SealAsync(writer, board, body, new LetterOptions()), priority);

    private static Task<byte[]> SealAsync(Device writer, SleepyBoard board, string body, LetterOptions letter) => writer.DoAsync(() =>
    {
        letter.To = board.Peer;
        byte[] bytes = Encoding.ASCII.GetBytes(body);
        byte[] item = new byte[PostboxSender.SizeOf(letter, bytes.Length)];
        int count = writer.Sender.Seal(letter, bytes, 0, bytes.Length, item, 0);
        return count > 0 ? item[..count] : throw new InvalidOperationException($"not sealed: {count}");
    });

    private static async Task DepositAsync(Device writer, SleepyBoard board, byte[] item, int priority)
        => Assert.Equal(0, await writer.RunAsync(connection => writer.Sender.Deposit(connection, new DepositOptions
        {
            To = board.Peer, Item = item, Count = item.Length, Token = board.Token, Priority = priority,
        })));
}
