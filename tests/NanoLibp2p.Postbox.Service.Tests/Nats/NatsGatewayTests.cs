using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Tests.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>Gateways on one store (SPEC.md 13.1), and what ends while they work.</summary>
/// <param name="hall">A server.</param>
public sealed class NatsGatewayTests(NatsHall hall)
{
    [Fact]
    public async Task Of_two_gateways_one_dies_in_the_middle_of_a_delivery_and_the_device_gets_everything_once_from_the_other()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        string url = await hall.NewUrlAsync();
        await using Bed second = await Bed.StartAsync(store: Store(url));
        Device device;
        string[] bodies = [.. Enumerable.Range(0, 12).Select(i => $"{i} {new string((char)('a' + i), 1400)}")];
        await using (Bed first = await Bed.StartAsync(store: Store(url)))
        {
            device = second.AddDevice(new PostboxOptions { BudgetBytes = 512 });
            device.Gateway = first.Address;
            Assert.Equal(0, await device.ConfigureAsync());
            Device sender = first.AddDevice();
            byte[] token = await device.TokenAsync(sender.Peer);
            foreach (string body in bodies)
            {
                byte[] item = await sender.SealAsync(device.Peer, body);
                Assert.Equal(0, await sender.RunAsync(connection => sender.Sender.Deposit(connection, new DepositOptions
                {
                    To = device.Peer, Item = item, Count = item.Length, Token = token,
                })));
            }

            await Bed.UntilAsync(() => second.Service.Waiting == bodies.Length, "the other gateway has heard of all");
            Task<int> delivery = device.SyncAsync();
            await Bed.UntilAsync(() => device.Heard.Count >= 3, "a part of the mail");
            await first.Node.DisposeAsync();
            await delivery;
            Assert.InRange(device.Heard.Count, 3, bodies.Length);
        }

        device.Gateway = second.Address;
        for (int i = 0; i < 20 && second.Service.Waiting > 0; i++)
        {
            await device.SyncAsync();
        }

        Assert.Equal(0, second.Service.Waiting);
        Assert.Equal(bodies.Order(), device.Heard.Order());
    }

    [Fact]
    public async Task Row_20_a_killed_gateway_and_a_killed_server_lose_nothing_that_was_returned()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        KillLoop loop = new(server.Url, server);
        for (int round = 1; round <= 3; round++)
        {
            Assert.Contains("items so far", await loop.RunRoundAsync(round));
        }

        System.IO.File.Delete(KilledStore.HeadsFile(server.Url));
    }

    [Fact]
    public async Task A_cluster_that_loses_its_leader_refuses_for_seconds_with_a_reason_and_loses_nothing()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        NatsServer[] servers = await NatsServer.StartClusterAsync(3);
        try
        {
            string url = string.Join(',', servers.Select(one => one.Url));
            StoreMirror mirror = new();
            await using IPostboxStore store = await OpenedAsync(url, mirror);
            Assert.Equal(StoreDurability.Machine, store.Durability);
            await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(1), 1));
            List<int> kept = [];
            List<string?> reasons = [];
            string leader = await LeaderAsync(servers[0].Url);
            for (int number = 1, after = 0; after < 20; number++)
            {
                if (number == 40)
                {
                    await servers.Single(one => one.Name == leader).KillAsync();
                }

                PostboxAppend one = await store.AppendOneAsync(Letters.Deposit(1, number));
                if (one.Outcome == AppendOutcome.Kept)
                {
                    kept.Add(number);
                    after += number > 40 ? 1 : 0;
                }
                else
                {
                    Assert.Equal(AppendOutcome.Failed, one.Outcome);
                    reasons.Add(one.Reason);
                    Assert.True(reasons.Count < 600, one.Reason);
                    await Task.Delay(100);
                }
            }

            Assert.All(reasons, reason => Assert.Contains("does not do what it is asked: ", reason));
            StoreMirror reopened = new();
            await using IPostboxStore again = await OpenedAsync(
                string.Join(',', servers.Where(one => one.Name != leader).Select(one => one.Url)), reopened);
            Assert.Empty(kept.Except(reopened.Waiting.Select(head => (int)(uint)head.Tag)));
            Assert.Equal(reopened.Waiting.Length, reopened.Waiting.Select(head => head.Id).Distinct().Count());
            foreach (PostboxHead head in reopened.Waiting)
            {
                Assert.Equal(Letters.Item((int)(uint)head.Tag), await again.ReadWholeAsync(head));
            }
        }
        finally
        {
            foreach (NatsServer server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static NatsPostboxStore Store(string url) => new(new NatsPostboxOptions { Url = url, Replicas = 1 });

    // a cluster needs some seconds until somebody leads
    private static async Task<IPostboxStore> OpenedAsync(string url, StoreMirror mirror)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                NatsPostboxStore store = new(new NatsPostboxOptions { Url = url, Patience = TimeSpan.FromSeconds(2) });
                await store.OpenAsync(mirror.Apply);
                return store;
            }
            catch (PostboxStoreException) when (attempt < 240)
            {
                await Task.Delay(250);
            }
        }
    }

    private static async Task<string> LeaderAsync(string url)
    {
        await using NatsLink link = new(new NatsPostboxOptions { Url = url }, url, NatsPostboxOptions.StandardStream);
        await link.ConnectAsync(TestContext.Current.CancellationToken);
        using System.Text.Json.JsonDocument info = await link.AskAsync(
            $"STREAM.INFO.{NatsPostboxOptions.StandardStream}", [], TestContext.Current.CancellationToken);
        return info.RootElement.GetProperty("cluster").GetProperty("leader").GetString()!;
    }
}
