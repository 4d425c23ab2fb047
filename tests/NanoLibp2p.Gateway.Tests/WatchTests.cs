using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>What is watched while it runs, and what is not logged.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Gateways.Logs _logs = new();
    private readonly Conditions _conditions = new();

    public void Dispose()
    {
        _folder.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task A_clock_that_jumps_is_told_and_one_that_is_corrected_a_little_is_not()
    {
        JumpingClock clock = new();
        using CancellationTokenSource end = new();
        Task watch = new ClockWatch(clock, _conditions, _logs.CreateLogger("Clock")).RunAsync(end.Token);

        clock.Ahead = TimeSpan.FromSeconds(2);
        clock.Advance(ClockWatch.Interval);
        Assert.Empty(_logs.Lines);
        clock.Ahead = TimeSpan.FromHours(-3);
        clock.Advance(ClockWatch.Interval);
        await Gateways.UntilAsync(() => _logs.Lines.Any(), "the jump is told");

        Assert.Contains("the clock jumped by -1080", Assert.Single(_logs.Lines), StringComparison.Ordinal);
        await end.CancelAsync();
        await watch;
    }

    [Fact]
    public async Task A_clock_that_was_never_set_is_a_condition_until_it_is()
    {
        JumpingClock clock = new() { Ahead = TimeSpan.FromDays(-20 * 365) };
        using CancellationTokenSource end = new();
        Task watch = new ClockWatch(clock, _conditions, _logs.CreateLogger("Clock")).RunAsync(end.Token);
        Assert.Contains("is long past", _conditions.All["clock"], StringComparison.Ordinal);

        clock.Ahead = TimeSpan.Zero;
        clock.Advance(ClockWatch.Interval);
        await Gateways.UntilAsync(() => _conditions.All.Count == 0, "the clock is right");
        await end.CancelAsync();
        await watch;
    }

    [Fact]
    public void A_data_folder_that_can_not_be_written_is_a_condition_until_it_can()
    {
        using DataFolder folder = DataFolder.Open(_folder.Path);
        DiskWatch watch = new(TimeProvider.System, folder, _conditions, _logs.CreateLogger("Disk"));
        watch.Look();
        Assert.Empty(_conditions.All);

        // a folder in the file's way, which no owner can write over
        Directory.CreateDirectory(_folder.File("probe.new/full"));
        watch.Look();
        watch.Look();
        Assert.Contains("cannot write", _conditions.All["store"], StringComparison.Ordinal);
        Assert.Single(_logs.Lines);

        Directory.Delete(_folder.File("probe.new"), recursive: true);
        watch.Look();
        Assert.Empty(_conditions.All);
        Assert.Contains("can be written again", _logs.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_fails_while_it_runs_is_a_condition_until_it_is_well()
    {
        string? problem = null;
        StoreWatch watch = new(TimeProvider.System, "postbox-store", "deposits", () => ValueTask.FromResult(problem), _conditions,
            _logs.CreateLogger("Disk"));
        await watch.LookAsync();
        Assert.Empty(_conditions.All);
        problem = "its device failed";
        await watch.LookAsync();
        await watch.LookAsync();
        Assert.Equal("its device failed", _conditions.All["postbox-store"]);
        Assert.Single(_logs.Lines);

        // another number is told to who asks, and not logged; another sentence is
        problem = "its disk has 12 MiB free";
        await watch.LookAsync();
        problem = "its disk has 9 MiB free";
        await watch.LookAsync();
        Assert.Equal("its disk has 9 MiB free", _conditions.All["postbox-store"]);
        Assert.Equal(2, _logs.Lines.Count());
        problem = null;
        await watch.LookAsync();
        Assert.Empty(_conditions.All);
        problem = "its disk has 9 MiB free";
        await watch.LookAsync();
        Assert.Equal(4, _logs.Lines.Count());
    }

    [Fact]
    public void A_radio_that_fails_while_it_runs_is_logged_and_so_is_its_end_once_a_minute_at_the_most()
    {
        FakeTimeProvider time = new();
        _conditions.Set("radio-1", "no XBee answers");
        _conditions.Set("mqtt", "is others' to tell");
        RadioWatch watch = new(time, _conditions, _conditions.All, _logs.CreateLogger("Radio"));
        watch.Look();
        Assert.Empty(_logs.Lines);
        _conditions.Set("radio-2", "there is no port; it is tried again every 5 s");
        watch.Look();
        _conditions.Set("radio-2", "there is no port; it is tried again every 6 s");
        watch.Look();
        Assert.Equal("Warning Radio radio-2: there is no port; it is tried again every 5 s", Assert.Single(_logs.Lines));

        // it comes and goes
        for (int i = 0; i < 30; i++)
        {
            _conditions.Clear("radio-2");
            watch.Look();
            time.Advance(RadioWatch.Interval);
            _conditions.Set("radio-2", "there is no port; it is tried again every 5 s");
            watch.Look();
        }

        Assert.Single(_logs.Lines);
        time.Advance(RadioWatch.Pause);
        _conditions.Clear("radio-1");
        _conditions.Clear("radio-2");
        watch.Look();
        watch.Look();
        Assert.Equal(["Information Radio radio-1: it is well again", "Information Radio radio-2: it is well again"],
            _logs.Lines.Skip(1).Order(StringComparer.Ordinal));
        time.Advance(RadioWatch.Pause);
        _conditions.Set("radio-2", "there is no port");
        watch.Look();
        Assert.Equal("Warning Radio radio-2: there is no port", _logs.Lines.Last());
    }

    [Fact]
    public void A_peer_causes_so_many_lines_a_minute_and_the_rest_are_counted()
    {
        FakeTimeProvider time = new();
        PeerLogLimiter limiter = new(time, 3);
        PeerId noisy = NewPeer();
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => limiter.Allows(noisy, out int _)));
        Assert.True(limiter.Allows(NewPeer(), out int _));

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(limiter.Allows(noisy, out int leftOut));
        Assert.Equal(7, leftOut);
    }

    [Fact]
    public async Task Who_comes_and_goes_is_logged_as_often_as_the_settings_say()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(
            Gateways.Settings(_folder.Path, ("logging.level", "Debug"), ("logging.perPeerPerMinute", "1")), _logs);
        await using Libp2pNode noisy = await Gateways.PeerAsync();
        await using Libp2pNode other = await Gateways.PeerAsync();
        for (int i = 1; i <= 4; i++)
        {
            await noisy.DialAsync(gateway);
            await noisy.DisconnectAsync(gateway.Node.PeerId);
            await Gateways.UntilAsync(() => gateway.Node.Events.Recent.Count == 2 * i, "it came and went");
        }

        // events are logged in order: what was to be said of the first is said
        await other.DialAsync(gateway);
        await Gateways.UntilAsync(() => LinesOf(other) == 1, "the other is logged");
        Assert.Equal(1, LinesOf(noisy));

        int LinesOf(Libp2pNode peer) => _logs.Lines.Count(line => line.Contains("Gateway.Door", StringComparison.Ordinal)
            && line.Contains(peer.PeerId.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Peers_that_come_by_the_thousand_take_no_more_memory_than_those_remembered()
    {
        PeerLogLimiter limiter = new(new FakeTimeProvider(), 1);
        PeerId first = NewPeer();
        Assert.True(limiter.Allows(first, out int _));
        for (int i = 0; i < PeerLogLimiter.MaxPeers; i++)
        {
            Assert.True(limiter.Allows(Peer(i), out int _));
        }

        // forgotten, it may be told of again
        Assert.True(limiter.Allows(first, out int _));
        Assert.False(limiter.Allows(Peer(PeerLogLimiter.MaxPeers - 1), out int _));
    }

    private static PeerId NewPeer() => Identity.Create(DesktopCrypto.Choose(), new SystemRandom()).PeerId;

    private static PeerId Peer(int number)
    {
        byte[] key = new byte[32];
        BitConverter.TryWriteBytes(key.AsSpan(^4..), number << 8);
        return PeerId.FromEd25519(key, 0);
    }

    // the wall clock jumps; what only counts does not
    private sealed class JumpingClock : TimeProvider
    {
        private readonly FakeTimeProvider _even = new(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));

        internal TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => _even.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _even.GetUtcNow() + Ahead;

        public override long GetTimestamp() => _even.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => _even.CreateTimer(callback, state, dueTime, period);

        internal void Advance(TimeSpan time) => _even.Advance(time);
    }

    [Fact]
    public void Memory_is_given_back_when_it_is_quiet_after_much_and_not_again_for_a_minute()
    {
        const long Second = 1000;
        const long Much = RestingMemory.Look.Much;
        const long Little = RestingMemory.Look.Little / 4;
        RestingMemory.Look look = new();
        Assert.False(look.IsWorthIt(0, Second, Much / 2));
        Assert.False(look.IsWorthIt(5 * Second, Second, (Much / 2) + Little), "little was allocated at all");
        Assert.False(look.IsWorthIt(10 * Second, Second, 3 * Much), "it is not quiet");
        Assert.True(look.IsWorthIt(15 * Second, Second, (3 * Much) + Little));
        Assert.False(look.IsWorthIt(20 * Second, Second, 6 * Much));
        Assert.False(look.IsWorthIt(25 * Second, Second, (6 * Much) + Little), "it was a moment ago");
        Assert.True(look.IsWorthIt(76 * Second, Second, (6 * Much) + (2 * Little)));
    }
}
