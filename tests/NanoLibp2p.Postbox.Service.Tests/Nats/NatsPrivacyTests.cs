using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Tests.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>What the files of NATS have, its log among them, and row 24 of SPEC.md 15.</summary>
public sealed class NatsPrivacyTests : PrivacySuite
{
    [Fact]
    public async Task Row_24_the_server_removes_a_file_with_the_sealed_bodies_in_it_when_all_of_them_are_settled()
    {
        // its files have 4 MB; the mailbox, which counts on, is in the first
        const int Size = 300_000;
        const int Count = 60;
        const int Settled = 55;
        const int FirstOfSecond = 14;
        const int LastOfFourth = 50;
        await using Bed bed = await Bed.StartAsync();
        await using IPostboxStore store = await bed.NewStore().OpenedAsync(null, 1);
        List<PostboxHead> heads = [];
        for (int i = 1; i <= Count; i++)
        {
            heads.Add((await store.AppendOneAsync(Letters.Deposit(1, i, 0, Size))).Head!);
        }

        byte[][] middles = [.. Enumerable.Range(0, Count + 1).Select(i => Letters.Item(i, Size)[(Size / 2)..(Size / 2 + 64)])];
        int[] There()
        {
            byte[] all = bed.Server.AllBytes("mail");
            return [.. Enumerable.Range(1, Count).Where(i => all.AsSpan().IndexOf(middles[i]) >= 0)];
        }

        await Patience.UntilAsync(() => There().Length == Count);
        await store.SettleAsync([.. heads[..Settled].Select(one => new PostboxSettlement(one, PostboxState.Delivered))]);
        await Patience.UntilAsync(() => !There().Any(i => i is >= FirstOfSecond and <= LastOfFourth));
        Assert.Equal(Enumerable.Range(Settled + 1, Count - Settled), There().Where(i => i > Settled));
    }

    /// <inheritdoc/>
    protected override async ValueTask<StoreBed> NewBedAsync() => await Bed.StartAsync();

    /// <inheritdoc/>
    protected override byte[] AllBytes(StoreBed bed) => ((Bed)bed).Server.AllBytes();

    /// <inheritdoc/>
    protected override async Task RestAsync(StoreBed bed)
    {
        NatsServer server = ((Bed)bed).Server;
        await server.KillAsync();
        await server.StartAgainAsync();
    }

    private sealed class Bed(NatsServer server) : StoreBed
    {
        internal NatsServer Server { get; } = server;

        internal static async Task<Bed> StartAsync()
        {
            Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
            return new Bed(await NatsServer.StartAsync());
        }

        /// <inheritdoc/>
        public override IPostboxStore NewStore() => new NatsPostboxStore(
            new NatsPostboxOptions { Url = Server.Url + "/mail", Replicas = 1 });

        /// <inheritdoc/>
        public override async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
