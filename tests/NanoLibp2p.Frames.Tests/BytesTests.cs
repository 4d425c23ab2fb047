using System;
using System.IO;
using NanoLibp2p.Frames.Tests.Proofs;

namespace NanoLibp2p.Frames.Tests;

/// <summary>What README.md says of bytes on air is counted.</summary>
public class BytesTests
{
    [Fact]
    public void The_tables_of_the_README_are_those_that_are_counted()
    {
        string readme = File.ReadAllText(Path.Combine(MutantRun.Top(), "protocols/NanoLibp2p.Frames/README.md"));
        Assert.Contains(BytesOnAir.Draw().Trim(), readme.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
