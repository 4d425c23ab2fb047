using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>Sizes of honest peers, and bursts, at a device without a large receive buffer.</summary>
public class SmallDeviceTests
{
    private static NodeOptions Small => new() { LargeRecordBytes = 0 };

    private static NodeOptions Big => NodeOptions.Desktop();

    [Fact]
    public void A_desktop_with_its_32_longest_topics_says_hello_to_a_device_without_a_large_buffer()
    {
        Simulation simulation = new(31);
        Board desktop = new(simulation, PubSubOptions.Desktop(), Big);
        for (int i = 0; i < 32; i++)
        {
            Assert.NotNull(desktop.PubSub.Join(new string((char)('A' + i), 1024)));
        }

        Board board = new(simulation, null, Small);
        board.PubSub.Open("t");
        Connection connection = board.Host.Dial(desktop.Host.Listen());
        simulation.Run(30_000);

        Assert.True(connection.IsOpen);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(2_000)]
    [InlineData(60_000)]
    public void Messages_longer_than_a_record_are_passed_over_by_a_small_device_and_the_next_one_is_heard(int bytes)
    {
        Simulation simulation = new(32);
        Board desktop = new(simulation, PubSubOptions.Desktop(), Big);
        desktop.PubSub.Join("t");
        Board board = new(simulation, null, Small);
        board.PubSub.Join("t");
        Connection connection = board.Host.Dial(desktop.Host.Listen());
        Assert.True(simulation.Run(() => desktop.Subscriptions.Count > 0, 5_000));
        for (int i = 0; i < 20; i++)
        {
            Assert.True(simulation.Run(() => desktop.Publish("t", new byte[bytes]) > 0, 5_000));
        }

        Assert.True(simulation.Run(() => desktop.Publish("t", 1) > 0, 5_000));
        simulation.Run(30_000);

        Assert.True(connection.IsOpen);
        Assert.Equal(bytes > 400 ? 1 : 21, board.Messages.Count);
        Assert.Equal([1], board.Messages[^1].Data);
    }

    [Fact]
    public void Twenty_messages_that_a_gateway_forwards_at_once_all_arrive_at_a_device()
    {
        Simulation simulation = new(33);
        Board gateway = new(simulation, PubSubOptions.Desktop(), Big);
        gateway.PubSub.Join("t");
        Board board = new(simulation, null, Small);
        board.PubSub.Join("t");
        board.Host.Dial(gateway.Host.Listen());
        ScriptedPeer author = new(simulation);
        gateway.Dial(author);
        simulation.Run(3_000);
        Identity[] authors = [.. Enumerable.Range(50, 4).Select(i => ReplayTests.Author((uint)i))];
        author.Send(
            Rpc.Publish([.. Enumerable.Range(1, 60).Select(i => RpcMessage.By(authors[i % 4], (ulong)(100 + i), "t", new byte[200]))]));
        simulation.Run(10_000);

        Assert.Equal(60, gateway.Messages.Count);
        Assert.Equal(60, board.Messages.Count);
    }
}
