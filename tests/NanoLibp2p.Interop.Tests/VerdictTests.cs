using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.PubSub.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>The hand-made messages of the pubsub tests, judged by js-libp2p's gossipsub as well.</summary>
public class VerdictTests(JsPeers peers)
{
    [Fact]
    public async Task Js_and_we_agree_on_a_message_or_we_ignore_it()
    {
        IReadOnlyList<string[]> theirs = await peers.Early.JudgeAsync(Variant.All.Select(one => one.Rpc));

        List<string> differences = [];
        for (int i = 0; i < Variant.All.Count; i++)
        {
            Variant variant = Variant.All[i];
            Verdict ours = VariantRun.Of(variant).Verdict;
            bool accepted = theirs[i] is ["accept"];
            if (ours != Verdict.Ignore && (ours == Verdict.Accept) != accepted)
            {
                differences.Add($"{variant.Name}: we {ours}, js says {string.Join(", ", theirs[i])}");
            }
        }

        Assert.Empty(differences);

        // the table has something to say to both
        Assert.InRange(theirs.Count(one => one is ["accept"]), 25, 60);
        Assert.InRange(theirs.Count(one => one is not ["accept"]), 25, 100);
    }

    [Fact]
    public async Task What_we_pass_on_js_accepts()
    {
        byte[][] forwarded = [.. Variant.All.SelectMany(one => VariantRun.Of(one).Forwarded)];
        IReadOnlyList<string[]> theirs = await peers.Early.JudgeAsync(forwarded);

        Assert.Equal(Variant.All.Count(one => one.Expected == Verdict.Accept), forwarded.Length);
        Assert.All(theirs, one => Assert.Equal(["accept"], one));
    }
}
