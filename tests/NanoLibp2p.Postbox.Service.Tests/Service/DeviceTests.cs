using System;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>Our device client and sender against the service, over TCP.</summary>
public sealed class DeviceTests
{
    [Fact]
    public async Task A_sealed_command_is_deposited_taken_acknowledged_and_its_proof_is_the_recipients()
    {
        await using Bed bed = await Bed.StartAsync();
        Device valve = bed.AddDevice();
        Device button = bed.AddDevice();
        Assert.Equal(0, await valve.ConfigureAsync());
        Assert.Equal(0, await valve.SyncAsync());
        byte[] token = await valve.TokenAsync(button.Peer);
        byte[] proofKey = RandomNumberGenerator.GetBytes(8);
        byte[] item = await button.SealAsync(valve.Peer, "open the valve", proofKey);
        DepositOptions deposit = new() { To = valve.Peer, Item = item, Count = item.Length, Token = token, Priority = 3 };

        Assert.Equal(0, await button.RunAsync(connection => button.Sender.Deposit(connection, deposit)));
        Assert.InRange(button.Sender.KeptUntil, valve.UnixSeconds() + 604_000, valve.UnixSeconds() + 604_801);
        Assert.Equal(1, await FateAsync(button, valve, item));

        Assert.Equal(0, await valve.SyncAsync());
        Assert.Equal(["open the valve"], valve.Heard);
        Assert.Equal(2, await FateAsync(button, valve, item));
        Assert.True(button.Sender.IsProof(proofKey), "the delivery proof is not the recipient's");

        // deposited again, it is not handed on again
        Assert.Equal(0, await button.RunAsync(connection => button.Sender.Deposit(connection, deposit)));
        Assert.Equal(0, await valve.SyncAsync());
        Assert.Single(valve.Heard);
    }

    [Fact]
    public async Task Items_longer_than_the_budget_are_fetched_in_parts_and_come_in_order_of_priority()
    {
        await using Bed bed = await Bed.StartAsync();
        Device device = bed.AddDevice(new PostboxOptions { BudgetBytes = 200 });
        Device sender = bed.AddDevice();
        Assert.Equal(0, await device.ConfigureAsync());
        byte[] token = await device.TokenAsync(sender.Peer);
        string[] bodies = [new string('a', 1300), "small", new string('c', 700), "urgent"];
        for (int i = 0; i < bodies.Length; i++)
        {
            byte[] item = await sender.SealAsync(device.Peer, bodies[i]);
            int priority = i;
            Assert.Equal(0, await sender.RunAsync(connection => sender.Sender.Deposit(connection, new DepositOptions
            {
                To = device.Peer, Item = item, Count = item.Length, Token = token, Priority = priority,
            })));
        }

        Assert.Equal(0, await device.SyncAsync());
        Assert.Equal(bodies.Reverse(), device.Heard);
        Assert.Equal(0, bed.Service.Find(device.Peer)!.Waiting);
    }

    [Fact]
    public async Task A_device_that_follows_is_told_of_new_mail_at_once()
    {
        await using Bed bed = await Bed.StartAsync();
        Device device = bed.AddDevice(new PostboxOptions { Follows = true });
        Device sender = bed.AddDevice();
        Assert.Equal(0, await device.ConfigureAsync());
        Assert.Equal(0, await device.SyncAsync());
        byte[] token = await device.TokenAsync(sender.Peer);
        byte[] item = await sender.SealAsync(device.Peer, "now");
        Assert.Equal(0, await sender.RunAsync(connection => sender.Sender.Deposit(connection, new DepositOptions
        {
            To = device.Peer, Item = item, Count = item.Length, Token = token,
        })));
        await Bed.UntilAsync(() => device.Hints > 0, "a hint");
        Assert.Equal(0, await device.SyncAsync());
        Assert.Equal(["now"], device.Heard);
    }

    [Fact]
    public async Task A_record_that_a_device_leaves_is_what_a_sender_looks_up()
    {
        await using Bed bed = await Bed.StartAsync();
        Device device = bed.AddDevice(null, new PostboxSenderOptions { Gateways = [bed.Address] });
        Device sender = bed.AddDevice();
        Assert.True(await device.DoAsync(device.Sender.SignRecord) > 0);
        Assert.Equal(0, await device.ConfigureAsync());
        MailboxRecord record = new();
        Assert.Equal(0, await sender.RunAsync(connection => sender.Sender.Lookup(connection, device.Peer, record)));
        Assert.NotEqual(0ul, record.Sequence);
        Assert.Equal(404, await sender.RunAsync(connection => sender.Sender.Lookup(connection, sender.Peer, record)));
    }

    private static async Task<int> FateAsync(Device asks, Device of, byte[] item)
    {
        byte[] id = SHA256.HashData(item);
        Assert.Equal(0, await asks.RunAsync(connection => asks.Sender.Query(connection, of.Peer, id)));
        return asks.Sender.Fate;
    }
}
