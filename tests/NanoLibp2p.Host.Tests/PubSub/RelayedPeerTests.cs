using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>Peers that meet through a relay, and then directly.</summary>
public class RelayedPeerTests
{
    private const string Topic = "greenhouse/climate";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 1, false)]
    [InlineData(1, 2, true)]
    [InlineData(1, 2, false)]
    [InlineData(2, 1, true)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, true)]
    [InlineData(2, 2, false)]
    public async Task Pubsub_moves_to_a_direct_connection_and_the_relayed_one_closes(int shardsOfCaller, int shardsOfTarget,
        bool isCallersDial)
    {
        await using Libp2pNode relay = await NodeAsync(1, hasPubSub: false);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions());
        await using Libp2pNode target = await NodeAsync(shardsOfTarget, hasPubSub: true);
        await using Libp2pNode caller = await NodeAsync(shardsOfCaller, hasPubSub: true);
        await using RelayReservation place = RelayReservation.Start(target, relay.ListenAddresses[0]);
        using Heard atTarget = new(target);
        using Heard atCaller = new(caller);
        Multiaddr address = await place.WaitAsync(Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        await caller.DialAsync(address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        await BothHearAsync("through the relay");
        PeerConnection relayed = Assert.Single(caller.ConnectionsTo(target.PeerId));
        Assert.Equal(relay.PeerId, relayed.Relay);

        Libp2pNode from = isCallersDial ? caller : target;
        Libp2pNode to = isCallersDial ? target : caller;
        int former = Assert.Single(from.ConnectionsTo(to.PeerId)).Shard;
        await from.DialTcpAsync(to);
        PeerConnection direct = from.ConnectionsTo(to.PeerId).First(one => one.IsDirect);

        Assert.Equal((isCallersDial ? shardsOfCaller : shardsOfTarget) == 2, direct.Shard != former);
        await BothHearAsync("meanwhile");
        await Nodes.UntilAsync(() => service.Circuits == 0, "the relayed connection closes");
        await BothHearAsync("directly");
        await Nodes.UntilAsync(
            () => caller.ConnectionsTo(target.PeerId).Count + target.ConnectionsTo(caller.PeerId).Count == 2, "both know of its end");
        Assert.True(Assert.Single(caller.ConnectionsTo(target.PeerId)).IsDirect);
        Assert.True(Assert.Single(target.ConnectionsTo(caller.PeerId)).IsDirect);

        async Task BothHearAsync(string text)
        {
            await atTarget.HearAsync(caller, text + " from the caller");
            await atCaller.HearAsync(target, text + " from the target");
        }
    }

    private static Task<Libp2pNode> NodeAsync(int shards, bool hasPubSub) => Nodes.ListenAsync(shards, PollerKind.Best, options =>
    {
        options.UsesLimitedConnections = true;
        options.DuplicateGrace = TimeSpan.FromMilliseconds(100);
        options.PubSub = hasPubSub ? options.PubSub : null;
    });

    /// <summary>What a node hears of the topic.</summary>
    private sealed class Heard : IDisposable
    {
        private readonly HashSet<string> _texts = [];
        private readonly CancellationTokenSource _over = new();
        private readonly Task _reading;

        internal Heard(Libp2pNode node) => _reading = ReadAsync(node.SubscribeAsync(Topic));

        public void Dispose()
        {
            _over.Cancel();
            _over.Dispose();
            GC.KeepAlive(_reading);
        }

        /// <summary>Publishes until it is heard: a stream may move at this moment.</summary>
        internal async Task HearAsync(Libp2pNode publisher, string text)
        {
            using CancellationTokenSource late = new(Nodes.Patience);
            while (!Has(text))
            {
                Assert.False(late.IsCancellationRequested, $"not heard: {text}");
                await publisher.PublishAsync(Topic, Encoding.UTF8.GetBytes(text), Cancellation);
                await Task.Delay(20, Cancellation);
            }
        }

        private bool Has(string text)
        {
            lock (_texts)
            {
                return _texts.Contains(text);
            }
        }

        private async Task ReadAsync(Subscription subscription)
        {
            try
            {
                await foreach (TopicMessage message in subscription.WithCancellation(_over.Token))
                {
                    lock (_texts)
                    {
                        _texts.Add(Encoding.UTF8.GetString(message.Data));
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or Libp2pException)
            {
                // the test or its node has ended
            }
        }
    }
}
