using System.Threading.Tasks;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests;

/// <summary>What has nodes of one shard elsewhere here, with two.</summary>
[Collection("Two shards")]
[CollectionDefinition("Two shards", DisableParallelization = true)]
public sealed class TwoShardsTests
{
    [Fact]
    public Task The_suites_of_single_protocols_pass_with_two_shards()
        => TwoShards.RunAsync("-class", "*.Kademlia.*", "-class", "*.Records.*", "-class", "*.Rendezvous.*",
            "-class", "*.Fetch.*", "-class", "*.HolePunching.*", "-class", "*.AutoNat.*");
}
