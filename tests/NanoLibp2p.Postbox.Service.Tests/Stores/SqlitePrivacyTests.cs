using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>What the files of a SQLite store have, and row 24 of SPEC.md 15.</summary>
public sealed class SqlitePrivacyTests : PrivacySuite
{
    [Fact]
    public async Task Row_24_after_compaction_no_file_has_the_sealed_body_of_a_settled_item()
    {
        await using SqliteBed bed = new();
        StoreMirror mirror = new();
        await using (IPostboxStore store = bed.NewStore())
        {
            await store.OpenAsync(mirror.Apply);
            await DepositAsync(store);
            byte[] before = bed.AllBytes();
            Assert.All(Items, one => Assert.True(Has(before, one)));
            await store.SettleAsync([.. mirror.Waiting[..3].Select(one => new PostboxSettlement(one, PostboxState.Delivered))]);
            await store.ForgetAsync([mirror.Waiting[0]]);
        }

        await bed.NewSqlite().CompactAsync();
        byte[] after = bed.AllBytes();
        Assert.Equal(Items[4..], Items.Where(one => Has(after, one)));
    }

    /// <inheritdoc/>
    protected override ValueTask<StoreBed> NewBedAsync() => ValueTask.FromResult<StoreBed>(new SqliteBed());

    /// <inheritdoc/>
    protected override byte[] AllBytes(StoreBed bed) => ((SqliteBed)bed).AllBytes();

    /// <inheritdoc/>
    protected override Task RestAsync(StoreBed bed) => ((SqliteBed)bed).NewSqlite().CompactAsync();
}
