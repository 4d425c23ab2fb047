using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>An old message, signed long ago, never comes again, however long the node has forgotten its id.</summary>
public class ReplayTests
{
    private const ulong Now = 1_790_000_000_000_000_000;

    private static readonly Identity _owner = Author(1);

    public static TheoryData<bool> Sizes => [false, true];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void An_old_message_is_refused_when_its_id_is_long_forgotten(bool desktop)
    {
        PubSubOptions options = desktop ? PubSubOptions.Desktop() : new PubSubOptions();
        options.SeenMessages = 4;
        (Board board, ScriptedPeer peer) = Board.Connect(options, joined: ["t"]);
        RpcMessage open = RpcMessage.By(_owner, Now, "t", [1]);
        peer.Send(Rpc.Publish(open));
        for (uint i = 0; i < 5; i++)
        {
            peer.Send(Rpc.Publish(RpcMessage.By(Author(50 + i), Now, "t", [2])));
        }

        board.Simulation.Run(200_000);
        peer.Send(Rpc.Publish(open));
        board.Simulation.Run(1000);

        Assert.Single(board.Messages, one => one.From!.Equals(_owner.PeerId));
        Assert.Equal(1, board.PubSub.Drops(DropReason.Replayed));
        Assert.True(board.Connection.IsOpen);
    }

    [Fact]
    public void A_number_that_is_not_above_the_last_is_refused_without_a_signature_check()
    {
        CountingCrypto crypto = new();
        (Board board, ScriptedPeer peer) = Connect(new PubSubOptions(), crypto);
        crypto.Verifications = 0;
        peer.Send(Rpc.Publish([.. new ulong[] { 10, 9, 10, 11, 1 }.Select(number => RpcMessage.By(_owner, number, "t", [(byte)number]))]));
        board.Simulation.Run(1000);

        Assert.Equal([10UL, 11UL], board.Messages.Select(one => one.Sequence));
        Assert.Equal(2, board.PubSub.Drops(DropReason.Replayed));
        Assert.Equal(1, board.PubSub.Drops(DropReason.Duplicate));
        Assert.Equal(2, crypto.Verifications);
    }

    [Fact]
    public void A_desktop_takes_what_comes_out_of_order_once_and_nothing_from_behind_its_window()
    {
        PubSubOptions options = PubSubOptions.Desktop();
        options.SeenMessages = 1;
        (Board board, ScriptedPeer peer) = Board.Connect(options, joined: ["t"]);
        ulong[] numbers = [.. Enumerable.Range(1, 600).Select(i => Now + (ulong)i)];
        ulong[] shuffled = [.. numbers];
        SeededRandom random = new(4);
        for (int i = shuffled.Length - 1; i > 0; i--)
        {
            int j = (int)(random.Next() % (uint)(i + 1));
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        RpcMessage[] messages = [.. shuffled.Select(number => RpcMessage.By(_owner, number, "t", [1]))];
        foreach (RpcMessage message in messages.Concat(messages))
        {
            peer.Send(Rpc.Publish(message));
        }

        board.Simulation.Run(10_000);
        Assert.Equal(numbers, board.Messages.Select(one => one.Sequence).Order());
        Assert.Equal(600, board.PubSub.Drops(DropReason.Replayed) + board.PubSub.Drops(DropReason.Duplicate));

        peer.Send(Rpc.Publish(RpcMessage.By(_owner, Now + 5000, "t", [1]), RpcMessage.By(_owner, Now + 700, "t", [1]),
            RpcMessage.By(_owner, Now + 4500, "t", [1])));
        board.Simulation.Run(1000);
        Assert.Equal([Now + 5000, Now + 4500], board.Messages.Skip(600).Select(one => one.Sequence));
    }

    [Fact]
    public void A_window_says_of_every_number_whether_it_came_before()
    {
        SeededRandom random = new(8);
        ReplayGuard guard = new(new PubSubOptions { ReplayAuthors = 2, ReplayWindow = 128 });
        HashSet<ulong> taken = new();
        ulong highest = 1000;
        for (int i = 0; i < 100_000; i++)
        {
            ulong number = highest + (random.Next() % 200) - 150 + (random.Next() % 500 == 0 ? 3000UL : 0);
            bool refused = guard.Refuses(7, number);
            if (taken.Contains(number))
            {
                Assert.True(refused);
            }
            else if (number + 64 > highest)
            {
                Assert.False(refused);
            }

            if (!refused)
            {
                guard.Take(7, number);
                taken.Add(number);
                highest = Math.Max(highest, number);
            }
        }
    }

    [Fact]
    public void Strangers_push_out_an_author_but_not_one_that_is_pinned()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { ReplayAuthors = 3, SeenMessages = 1 }, joined: ["t"]);
        Identity stranger = Author(2);
        Assert.True(board.PubSub.PinAuthor(_owner.PeerId, 0));
        RpcMessage open = RpcMessage.By(_owner, Now, "t", [1]);
        RpcMessage strange = RpcMessage.By(stranger, Now, "t", [2]);
        RpcMessage[] crowd = [.. Enumerable.Range(0, 20).Select(i => RpcMessage.By(Author(100 + (uint)i), Now, "t", [3]))];
        peer.Send(Rpc.Publish([open, strange, .. crowd, open, strange]));
        board.Simulation.Run(10_000);

        Assert.Equal(1, board.PubSub.Drops(DropReason.Replayed));
        Assert.Single(board.Messages, one => one.From!.Equals(_owner.PeerId));
        Assert.Equal(2, board.Messages.Count(one => one.From!.Equals(stranger.PeerId)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_was_kept_before_a_restart_is_refused_after_it(bool desktop)
    {
        (Board board, ScriptedPeer peer) = Board.Connect(desktop ? PubSubOptions.Desktop() : new PubSubOptions(), joined: ["t"]);
        Assert.True(board.PubSub.PinAuthor(_owner.PeerId, Now + 5));
        peer.Send(Rpc.Publish([.. Enumerable.Range(0, 10).Select(i => RpcMessage.By(_owner, Now + (ulong)i, "t", [1]))]));
        board.Simulation.Run(1000);

        Assert.Equal([Now + 6, Now + 7, Now + 8, Now + 9], board.Messages.Select(one => one.Sequence));
        Assert.Equal(6, board.PubSub.Drops(DropReason.Replayed));
    }

    [Fact]
    public void No_more_authors_can_be_pinned_than_there_is_room_for_and_pinning_again_only_raises_the_number()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { ReplayAuthors = 2 }, joined: ["t"]);
        peer.Send(Rpc.Publish(RpcMessage.By(_owner, 20, "t", [1])));
        board.Simulation.Run(100);
        Assert.True(board.PubSub.PinAuthor(_owner.PeerId, 5));
        Assert.True(board.PubSub.PinAuthor(Author(2).PeerId, 5));
        Assert.False(board.PubSub.PinAuthor(Author(3).PeerId, 5));
        Assert.True(board.PubSub.PinAuthor(_owner.PeerId, 6));
        peer.Send(
            Rpc.Publish(RpcMessage.By(_owner, 19, "t", [1]), RpcMessage.By(Author(3), 1, "t", [1]), RpcMessage.By(Author(2), 5, "t", [1])));
        board.Simulation.Run(100);

        Assert.Equal([20UL, 1UL], board.Messages.Select(one => one.Sequence));
    }

    [Fact]
    public void Without_authors_there_is_no_guard()
    {
        (Board board, ScriptedPeer peer) = Board.Connect(new PubSubOptions { ReplayAuthors = 0 }, joined: ["t"]);
        peer.Send(Rpc.Publish(RpcMessage.By(_owner, 2, "t", [1]), RpcMessage.By(_owner, 1, "t", [1])));
        board.Simulation.Run(100);

        Assert.Equal([2UL, 1UL], board.Messages.Select(one => one.Sequence));
        Assert.False(board.PubSub.PinAuthor(_owner.PeerId, 5));
    }

    [Fact]
    public void Random_numbers_of_js_floodsub_are_taken_from_their_author_and_mostly_from_others()
    {
        Simulation simulation = new(5);
        Board board = new(simulation);
        board.PubSub.Join("t");
        ScriptedPeer peer = new(simulation, "/floodsub/1.0.0");
        board.Dial(peer);
        SeededRandom random = new(6);
        ulong[] numbers = [.. Enumerable.Range(0, 50).Select(_ => ((ulong)random.Next() << 32) | random.Next())];
        peer.Send(Rpc.Publish([.. numbers.Select(number => RpcMessage.By(peer.Identity, number, "t", [1]))]));
        simulation.Run(5_000);
        Assert.Equal(numbers, board.Messages.Select(one => one.Sequence));

        // through another: all behind the first that can't be a time
        board.Messages.Clear();
        numbers[0] |= 1UL << 62;
        peer.Send(Rpc.Publish([.. numbers.Select(number => RpcMessage.By(_owner, number, "t", [1]))]));
        simulation.Run(5_000);
        Assert.Equal(numbers, board.Messages.Select(one => one.Sequence));
    }

    [Fact]
    public void Who_speaks_floodsub_cannot_bring_back_anothers_message()
    {
        Simulation simulation = new(5);
        Board board = new(simulation, new PubSubOptions { SeenMessages = 1 });
        board.PubSub.Join("t");
        ScriptedPeer peer = new(simulation, "/floodsub/1.0.0");
        board.Dial(peer);
        peer.Send(Rpc.Publish(RpcMessage.By(_owner, 1, "t", [1]), RpcMessage.By(_owner, 2, "t", [1]), RpcMessage.By(_owner, 1, "t", [1])));
        simulation.Run(1_000);

        Assert.Equal([1UL, 2UL], board.Messages.Select(one => one.Sequence));
        Assert.Equal([DropReason.Replayed], board.Drops);
    }

    internal static (Board Board, ScriptedPeer Peer) Connect(PubSubOptions options, CryptoProvider crypto)
    {
        Simulation simulation = new(7);
        Board board = new(simulation, options, crypto: crypto);
        board.PubSub.Join("t");
        ScriptedPeer peer = new(simulation);
        board.Dial(peer);
        return (board, peer);
    }

    internal static Identity Author(uint seed) => Identity.Create(new ManagedCrypto(), new SeededRandom(seed));
}
