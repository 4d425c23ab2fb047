using System;
using System.Linq;
using System.Reflection;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

public class NodeOptionsTests
{
    public static TheoryData<string> Numbers => new(
        typeof(NodeOptions).GetFields(BindingFlags.Instance | BindingFlags.Public).Where(one => one.FieldType == typeof(int))
        .Select(one => one.Name));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_out_of_its_range_is_refused_by_its_name_with_the_range(string name)
    {
        NodeOptions options = new();
        typeof(NodeOptions).GetField(name)!.SetValue(options, -1);
        ManagedCrypto crypto = new();
        SeededRandom random = new(1);

        ArgumentException refused =
            Assert.Throws<ArgumentException>(() => new Node(options, Identity.Create(crypto, random), crypto, random));

        Assert.Matches($"{name} = -1; give [0-9]+ to [0-9]+", refused.Message);
    }

    [Theory]
    [InlineData("caf\u00e9")]
    [InlineData(null)]
    public void What_identify_could_not_say_is_refused_when_the_node_is_made(string? agent)
    {
        Assert.Throws<ArgumentException>(() => new NodeOptions { AgentVersion = agent! }.Check());
        Assert.Throws<ArgumentException>(() => new NodeOptions { ProtocolVersion = agent! }.Check());
        Assert.Throws<ArgumentException>(() => new NodeOptions { ProtocolVersion = new string('x', 257) }.Check());
    }
}
