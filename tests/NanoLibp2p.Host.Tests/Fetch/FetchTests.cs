using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Host.Fetch;
using NanoLibp2p.Host.Perf;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests.Fetch;

/// <summary>The fetch protocol, and perf's allow list; with js in NanoLibp2p.Interop.Tests.</summary>
public class FetchTests
{
    [Fact]
    public async Task A_value_is_found_by_the_longest_prefix_and_what_is_not_there_is_null()
    {
        await using Scene scene = await Scene.StartAsync();
        scene.Serving.Serve("/", (key, _, _) => ValueTask.FromResult(key == "/none" ? null : Encoding.ASCII.GetBytes("root " + key)));
        scene.Serving.Serve("/reading/", (key, from, _) => ValueTask.FromResult<byte[]?>(Encoding.ASCII.GetBytes($"{key} for {from}")));

        Assert.Equal("root /x", await scene.TextAsync("/x"));
        Assert.Equal($"/reading/t for {scene.Client.PeerId}", await scene.TextAsync("/reading/t"));
        Assert.Null(await scene.TextAsync("/none"));
        Assert.Null(await scene.TextAsync("elsewhere"));
        Assert.Throws<ArgumentException>(() => scene.Serving.Serve("/", (_, _, _) => default));
    }

    [Fact]
    public async Task A_lookup_that_fails_is_told_here_and_the_peer_hears_nothing_of_why()
    {
        await using Scene scene = await Scene.StartAsync(options => options.MaxValueBytes = 1000);
        BlockingCollection<Exception> failed = [];
        scene.Serving.LookupFailed += (_, e) => failed.Add(e);
        scene.Serving.Serve("/secret", (_, _, _) => throw new InvalidOperationException("the password is 1234"));
        scene.Serving.Serve("/long", (_, _, _) => ValueTask.FromResult<byte[]?>(new byte[1001]));

        FetchException why = await Assert.ThrowsAsync<FetchException>(() => scene.TextAsync("/secret"));
        Assert.DoesNotContain("1234", why.Message, StringComparison.Ordinal);
        Assert.Equal("the password is 1234", failed.Take().Message);
        await Assert.ThrowsAsync<FetchException>(() => scene.TextAsync("/long"));
        Assert.Contains("MaxValueBytes = 1000", failed.Take().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused_here_and_there()
    {
        await using Scene scene = await Scene.StartAsync();
        scene.Serving.Serve("", (_, _, _) => ValueTask.FromResult<byte[]?>([]));
        Assert.Equal("", await scene.TextAsync(new string('k', FetchService.MaxKeyBytes)));
        await Assert.ThrowsAsync<ArgumentException>(() => scene.TextAsync(new string('k', FetchService.MaxKeyBytes + 1)));

        await using PeerStream stream = await scene.Client.OpenStreamAsync(scene.Server.PeerId, FetchService.Id).WaitAsync(Nodes.Patience);
        MessageStream messages = new(stream, Nodes.Patience);
        await messages.WriteMessageAsync(new ProtobufMessage().Bytes(1, new byte[FetchService.MaxKeyBytes + 100]).ToArray());
        await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(100).WaitAsync(Nodes.Patience));
    }

    [Fact]
    public async Task A_peer_that_asks_for_more_at_a_time_than_it_may_is_broken_off_and_others_are_not()
    {
        await using Scene scene = await Scene.StartAsync(options =>
        {
            options.MaxRequestsPerPeer = 2;
            options.Timeout = Nodes.Patience;
        });
        TaskCompletionSource go = new();
        int begun = 0;
        scene.Serving.Serve("/slow", async (_, _, _) =>
        {
            Interlocked.Increment(ref begun);
            await go.Task;
            return [];
        });
        scene.Serving.Serve("/fast", (_, _, _) => ValueTask.FromResult<byte[]?>([]));
        Task<byte[]?>[] slow = [scene.FetchAsync("/slow"), scene.FetchAsync("/slow")];
        await Nodes.UntilAsync(() => Volatile.Read(ref begun) == 2, "they are under way");
        await using Libp2pNode other = await Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        await other.DialAsync(scene.Server);
        FetchService others = FetchService.Start(other, new FetchOptions());

        Libp2pException refused = await Assert.ThrowsAsync<Libp2pException>(() => scene.FetchAsync("/fast"));

        Assert.Equal(Libp2pError.StreamReset, refused.Error);
        Assert.NotNull(await others.FetchAsync(scene.Server.PeerId, "/fast").WaitAsync(Nodes.Patience));
        go.SetResult();
        await Task.WhenAll(slow).WaitAsync(Nodes.Patience);
    }

    [Fact]
    public async Task Requests_of_all_peers_together_have_an_end_and_one_that_is_over_makes_room()
    {
        await using Scene scene = await Scene.StartAsync(options =>
        {
            options.MaxRequests = 1;
            options.Timeout = Nodes.Patience;
        });
        TaskCompletionSource go = new();
        TaskCompletionSource begun = new();
        scene.Serving.Serve("/slow", async (_, _, _) =>
        {
            begun.TrySetResult();
            await go.Task;
            return [];
        });
        scene.Serving.Serve("/fast", (_, _, _) => ValueTask.FromResult<byte[]?>([]));
        Task<byte[]?> slow = scene.FetchAsync("/slow");
        await begun.Task.WaitAsync(Nodes.Patience);
        await using Libp2pNode other = await Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        await other.DialAsync(scene.Server);
        FetchService others = FetchService.Start(other, new FetchOptions());

        Libp2pException refused = await Assert.ThrowsAsync<Libp2pException>(
            () => others.FetchAsync(scene.Server.PeerId, "/fast").WaitAsync(Nodes.Patience));

        Assert.Equal(Libp2pError.StreamReset, refused.Error);
        go.SetResult();
        await slow.WaitAsync(Nodes.Patience);

        // the server counts it until its stream has ended there, too
        await Nodes.UntilAsync(() => others.FetchAsync(scene.Server.PeerId, "/fast").ContinueWith(
            fetch => fetch.IsCompletedSuccessfully, TaskScheduler.Default).GetAwaiter().GetResult(), "there is room again");
    }

    [Fact]
    public async Task Silence_on_either_side_ends_after_the_timeout()
    {
        await using Scene scene = await Scene.StartAsync(options => options.Timeout = TimeSpan.FromMilliseconds(300));
        await using PeerStream silent = await scene.Client.OpenStreamAsync(scene.Server.PeerId, FetchService.Id).WaitAsync(Nodes.Patience);
        await Assert.ThrowsAsync<Libp2pException>(() => silent.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));

        bool wasCancelled = false;
        scene.Serving.Serve("/never", async (_, _, cancellation) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                wasCancelled = cancellation.IsCancellationRequested;
            }

            return null;
        });
        await Assert.ThrowsAsync<Libp2pException>(() => scene.FetchAsync("/never"));
        await Nodes.UntilAsync(() => wasCancelled, "the lookup ends");
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("0807")]
    public async Task An_answer_that_makes_no_sense_is_no_value(string hex)
    {
        await using Libp2pNode liar = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using Libp2pNode node = await Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        liar.Handle(FetchService.Id, async (stream, cancellation)
            => await new MessageStream(stream, Nodes.Patience).WriteMessageAsync(Convert.FromHexString(hex), cancellation));
        await node.DialAsync(liar);

        Libp2pException why = await Assert.ThrowsAsync<Libp2pException>(()
            => FetchService.Start(node, new FetchOptions()).FetchAsync(liar.PeerId, "/x").WaitAsync(Nodes.Patience));

        Assert.Equal(Libp2pError.MessageMalformed, why.Error);
    }

    [Fact]
    public async Task Perf_is_for_those_who_are_named_and_for_nobody_where_it_is_not_started()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using Libp2pNode friend = await Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        await using Libp2pNode stranger = await Nodes.StartAsync(TestShards.Count, PollerKind.Best);
        await friend.DialAsync(server);
        await stranger.DialAsync(server);
        Libp2pException off = await Assert.ThrowsAsync<Libp2pException>(() => MeasureAsync(friend, server.PeerId));
        Assert.Equal(Libp2pError.ProtocolRefused, off.Error);

        PerfService.Start(server, [friend.PeerId]);

        Assert.True(await MeasureAsync(friend, server.PeerId) > TimeSpan.Zero);
        Libp2pException refused = await Assert.ThrowsAsync<Libp2pException>(() => MeasureAsync(stranger, server.PeerId));
        Assert.Equal(Libp2pError.StreamReset, refused.Error);
    }

    private static Task<TimeSpan> MeasureAsync(Libp2pNode node, PeerId peer)
        => PerfService.MeasureAsync(node, peer, 300_000, 500_000).WaitAsync(Nodes.Patience);

    private sealed class Scene : IAsyncDisposable
    {
        public required Libp2pNode Server { get; init; }

        public required Libp2pNode Client { get; init; }

        public required FetchService Serving { get; init; }

        public required FetchService Asking { get; init; }

        public static async Task<Scene> StartAsync(Action<FetchOptions>? change = null)
        {
            Libp2pNode server = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
            Libp2pNode client = await Nodes.StartAsync(TestShards.Count, PollerKind.Best);
            FetchOptions options = new();
            change?.Invoke(options);
            Scene scene = new()
            {
                Server = server,
                Client = client,
                Serving = FetchService.Start(server, options),
                Asking = FetchService.Start(client, new FetchOptions { Timeout = Nodes.Patience }),
            };
            await client.DialAsync(server);
            return scene;
        }

        public Task<byte[]?> FetchAsync(string key) => Asking.FetchAsync(Server.PeerId, key).WaitAsync(Nodes.Patience);

        public async Task<string?> TextAsync(string key)
            => await FetchAsync(key) is { } value ? Encoding.ASCII.GetString(value) : null;

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
