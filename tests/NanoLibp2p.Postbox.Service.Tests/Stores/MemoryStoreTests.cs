using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>The suite on memory.</summary>
public sealed class MemoryStoreTests : SharedStoreSuite
{
    /// <inheritdoc/>
    protected override ValueTask<StoreBed> NewBedAsync(long maxBytes = 0) =>
        ValueTask.FromResult<StoreBed>(new Bed(maxBytes == 0 ? new MemoryPostboxStore() : new MemoryPostboxStore(maxBytes)));

    private sealed class Bed(MemoryPostboxStore store) : StoreBed
    {
        /// <inheritdoc/>
        public override IPostboxStore NewStore() => store.Share();
    }
}
