using System.Threading.Tasks;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>What has nodes of one shard elsewhere here, with two.</summary>
[Collection("Two shards")]
[CollectionDefinition("Two shards", DisableParallelization = true)]
public sealed class TwoShardsTests
{
    [Fact]
    public Task The_gateways_suite_passes_with_two_shards() => TwoShards.RunAsync("-class-", "*.TwoShardsTests", "-class-", "*.Page.*");
}
