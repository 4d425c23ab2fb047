using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Interop.Tests;

/// <summary>js-libp2p falls silent, at every stage of a connection's making and after it.</summary>
public class SilenceTests(JsPeers peers)
{
    public static MatrixTheoryData<bool, bool> Ways => new([true, false], [true, false]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Js_falling_silent_at_any_stage_costs_it_the_connection_when_its_time_is_over(bool jsDials, bool early)
    {
        NodeOptions options = NodeOptions.Desktop();
        options.HandshakeTimeoutMs = 1500;
        options.KeepAliveMs = 1000;
        options.KeepAliveTimeoutMs = 500;
        await using CutPeer cutPeer = await CutPeer.StartAsync(peers, jsDials, early, options, 2500);

        // several at once: the silent keep nobody waiting
        foreach (JsCut[] cuts in CutPeer.Cuts(jsDials, early, "stall").Chunk(jsDials ? CutPeer.AtOnce : 100))
        {
            List<Task<NanoEnd>> ends = [];
            foreach (JsCut cut in cuts)
            {
                ends.Add(await cutPeer.BeginCutAsync(cut));
            }

            await cutPeer.AssertUnharmedAsync();
            NanoEnd[] ended = await Task.WhenAll(ends);
            Assert.All(ended, end => Assert.Equal(end.WasOpen ? CloseReason.KeepAliveTimeout : CloseReason.HandshakeTimeout, end.Reason));
            Assert.Equal(cuts.Count(one => CutPeer.Opens(one, jsDials, early)), ended.Count(one => one.WasOpen));
        }

        await cutPeer.AssertUnharmedAsync();
        await cutPeer.AssertNothingLeftAsync();
    }
}
