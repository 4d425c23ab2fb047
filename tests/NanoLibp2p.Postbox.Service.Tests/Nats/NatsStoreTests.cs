using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Tests.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>The suite on NATS JetStream.</summary>
/// <param name="hall">Its server.</param>
public sealed class NatsStoreTests(NatsHall hall) : SharedStoreSuite
{
    /// <inheritdoc/>
    protected override async ValueTask<StoreBed> NewBedAsync(long maxBytes = 0)
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        return new Bed(await hall.NewUrlAsync(), maxBytes);
    }

    private sealed class Bed(string url, long maxBytes) : StoreBed
    {
        /// <inheritdoc/>
        public override IPostboxStore NewStore() => new NatsPostboxStore(
            new NatsPostboxOptions { Url = url, Replicas = 1, MaxBytes = maxBytes });
    }
}
