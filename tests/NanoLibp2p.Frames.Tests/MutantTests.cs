using System.Collections.Generic;
using NanoLibp2p.Frames.Tests.Proofs;

namespace NanoLibp2p.Frames.Tests;

/// <summary>The rules that <c>-- mutants</c> takes out are in the source, each at one place.</summary>
public class MutantTests
{
    [Fact]
    public void Every_rule_that_is_taken_out_of_the_source_is_found_in_it()
    {
        Dictionary<string, string> sources = MutantRun.Sources();
        Assert.All(Mutant.All, mutant => Assert.NotEqual(sources, MutantRun.Without(sources, mutant)));
    }
}
