using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>
/// A signed message written by hand in many ways. One that everybody takes is taken and passed on as everybody writes it; one that some
/// take is ignored; only what nobody passes on is held against the peer. The interop tests ask js about the same table.
/// </summary>
public class VerdictTests
{
    public static TheoryData<string> Names => new(Variant.All.Select(one => one.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_means_the_same_however_it_is_written(string name)
    {
        Variant variant = Variant.All.Single(one => one.Name == name);
        VariantRun run = VariantRun.Of(variant);

        Assert.Equal(variant.Expected, run.Verdict);
        foreach (byte[] rpc in run.Forwarded)
        {
            (int Field, ulong Value, byte[] Data) message = Fields.Read(rpc).Single();
            List<int> fields = [.. Fields.Read(message.Data).Select(field => field.Field)];
            Assert.Equal(fields.Distinct().Order(), fields);
            byte[] key = Fields.Read(message.Data).LastOrDefault(field => field.Field == 6).Data
                ?? Fields.Read(Variant.Plain).First().Data[2..];
            Assert.Equal(Fields.Read(Variant.Plain).First().Data[2..], key);
        }
    }

    [Fact]
    public void The_table_has_every_verdict_and_no_name_twice()
    {
        Assert.InRange(Variant.All.Count, 50, 200);
        Assert.Equal(Variant.All.Count, Variant.All.Select(one => one.Name).Distinct().Count());
        Assert.Equal(3, Variant.All.Select(one => one.Expected).Distinct().Count());
    }
}
