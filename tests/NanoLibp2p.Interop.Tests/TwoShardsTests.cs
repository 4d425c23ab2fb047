using System.Threading.Tasks;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>What has nodes of one shard elsewhere here, with two.</summary>
[Collection("Two shards")]
[CollectionDefinition("Two shards", DisableParallelization = true)]
public sealed class TwoShardsTests
{
    [Fact]
    public Task Suites_with_js_pass_with_two_shards()
        => TwoShards.RunAsync("-class", "*.RecordTests", "-class", "*.HolePunchTests", "-class", "*.MdnsTests",
            "-class", "*.HostTests", "-class", "*.FetchTests", "-class", "*.AutoNatTests");
}
