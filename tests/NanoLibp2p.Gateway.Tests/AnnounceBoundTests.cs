using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;
using NanoLibp2p.Postbox.Service;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>How much a gateway tells others of its mailboxes (<c>postbox.announce</c>), and how long it waits for them.</summary>
public sealed class AnnounceBoundTests : IAsyncLifetime
{
    private readonly Identity _gateway = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
    private readonly MemoryPostboxStore _store = new();
    private readonly Conditions _conditions = new();
    private readonly CancellationTokenSource _ending = new();
    private Libp2pNode _meeting = null!;
    private RendezvousPoint _point = null!;
    private Libp2pNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        Libp2pNodeOptions options = new() { Shards = 1 };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        _meeting = await Libp2pNode.StartAsync(options);
        _point = RendezvousPoint.Start(_meeting, new RendezvousPointOptions());
        options = new() { Shards = 1, Identity = _gateway };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        _node = await Libp2pNode.StartAsync(options);
    }

    public async ValueTask DisposeAsync()
    {
        await _point.DisposeAsync();
        await _node.DisposeAsync();
        await _meeting.DisposeAsync();
        _ending.Dispose();
    }

    [Theory]
    [InlineData(5, 10, 8, 5, 8)]
    [InlineData(100, 7, 8, 7, 7)]
    public async Task So_many_mailboxes_are_told_of_in_an_hour_and_in_all_and_first_those_whose_owners_were_here_last(
        int perHour, int mailboxes, int atPoints, int first, int inAll)
    {
        PeerId[] owners = await FillAsync(12);
        await using PostboxService service = await ServeAsync();
        StillTime time = new();
        MailboxAnnouncer announcer = new(
            _node, () => service, null, [_meeting.ListenAddresses[0].ToString()], () => true, time, _conditions, NullLogger.Instance)
        {
            MostPerHour = perHour, MostMailboxes = mailboxes, MostAtPoints = atPoints,
        };
        Task running = announcer.RunAsync(_ending.Token);
        foreach (int expected in (int[])[first, inAll, inAll])
        {
            await Gateways.UntilAsync(() => _point.Count >= expected, $"{expected} are told of");
            await GoOnAsync(time);
            Assert.Equal(expected, _point.Count);
            Assert.Equal($"{expected} mailboxes can be found by others", announcer.Describe());
            time.Advance(TimeSpan.FromHours(1));
        }

        RendezvousClient client = new(_node);
        bool[] areThere = [.. await Task.WhenAll(owners.Select(async one => (await client.DiscoverAsync(
            _meeting.PeerId, MailboxNames.Namespace(one), 1, null, default)).Registrations.Count == 1))];
        Assert.Equal([.. Enumerable.Repeat(false, owners.Length - inAll), .. Enumerable.Repeat(true, inAll)], areThere);
        Assert.Empty(_conditions.All);
        await _ending.CancelAsync();
        await running.WaitAsync(Gateways.Patience);
    }

    [Fact]
    public async Task A_point_that_says_nothing_is_left_after_a_minute_and_asked_again_after_five_and_the_status_says_so()
    {
        await FillAsync(2);
        await using PostboxService service = await ServeAsync();
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        List<TcpClient> calls = [];
        string point = $"/ip4/127.0.0.1/tcp/{((IPEndPoint)silent.LocalEndpoint).Port}/p2p/{_meeting.PeerId}";

        // a minute is 300 ms
        HastyTime time = new(200);
        MailboxAnnouncer announcer = new(_node, () => service, null, [point], () => true, time, _conditions, NullLogger.Instance);
        Task running = announcer.RunAsync(_ending.Token);
        calls.Add(await silent.AcceptTcpClientAsync().WaitAsync(Gateways.Patience));
        long called = time.GetTimestamp();
        await Gateways.UntilAsync(() => _conditions.All.ContainsKey(MailboxAnnouncer.Condition), "it is told");
        Assert.Equal($"senders do not find the mailboxes that are kept here: {point}: not done in 60 s",
            _conditions.All[MailboxAnnouncer.Condition]);
        Assert.Equal("0 mailboxes can be found by others", announcer.Describe());
        calls.Add(await silent.AcceptTcpClientAsync().WaitAsync(Gateways.Patience));
        Assert.True(time.GetElapsedTime(called) > TimeSpan.FromMinutes(5), "it is called again for the other mailbox");
        await _ending.CancelAsync();
        await running.WaitAsync(Gateways.Patience);
        calls.ForEach(one => one.Dispose());
    }

    // until it has looked several times whether there is more to do
    private static async Task GoOnAsync(StillTime time)
    {
        int waits = time.Waits;
        await Gateways.UntilAsync(() => time.Waits > waits + 20, "it looks again");
    }

    private Task<PostboxService> ServeAsync() => PostboxService.StartAsync(
        _node, _store, new PostboxServiceOptions { Identity = _gateway, Admits = _ => true });

    // mailboxes with records; the owner of the first was here first
    private async Task<PeerId[]> FillAsync(int count)
    {
        await using MemoryPostboxStore store = _store.Share();
        await store.OpenAsync(_ => { });
        List<PeerId> owners = [];
        for (uint i = 1; i <= count; i++)
        {
            Identity owner = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
            byte[] record = SignedEnvelope.Seal(owner, DesktopCrypto.Choose(), "nanolibp2p-postbox-record",
                Encoding.ASCII.GetBytes("/postbox/record"),
                [.. Wire.Number(1, 1), .. Wire.Fixed32(2, uint.MaxValue), .. Wire.Bytes(3, Wire.Bytes(1, _gateway.PeerId.ToBytes()))])
                .Bytes.ToArray();
            uint seen = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1000 + i;
            await store.SaveMailboxAsync(new PostboxMailbox(owner.PeerId.ToBytes(), 1) { Record = record, Seen = seen });
            owners.Add(owner.PeerId);
        }

        return [.. owners];
    }

    /// <summary>A clock that stands still but for what it is told; who waits for a second goes on at once.</summary>
    private sealed class StillTime : TimeProvider
    {
        private long _now;
        private int _waits;

        internal int Waits => Volatile.Read(ref _waits);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _waits);
            return System.CreateTimer(callback, state, dueTime == TimeSpan.FromSeconds(1) ? TimeSpan.FromMilliseconds(1) : dueTime, period);
        }

        internal void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }
}
