using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Interop.Tests;

/// <summary>
/// js-libp2p goes away in every way and at every stage of a connection's making: our side says why the connection ended, and serves
/// the next peer.
/// </summary>
public class CutTests(JsPeers peers)
{
    public static MatrixTheoryData<bool, bool> Ways => new([true, false], [true, false]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Js_closing_at_any_stage_gives_a_reason_and_harms_nobody_else(bool jsDials, bool early)
    {
        await using CutPeer cutPeer = await CutPeer.StartAsync(peers, jsDials, early, NodeOptions.Desktop(), 1000);
        int inOrder = 0;
        foreach (JsCut cut in CutPeer.Cuts(jsDials, early, "close"))
        {
            NanoEnd end = await cutPeer.CutAsync(cut);
            AssertStage(cut, end, jsDials, early);
            // a socket closed with bytes unread sends a reset after its end (RFC 2525 2.17): which of the two we meet is a race
            Assert.True(IsEnd(end) || IsReset(end, cut, jsDials), $"{cut}: {end}");
            inOrder += IsEnd(end) ? 1 : 0;
            await cutPeer.AssertUnharmedAsync();
        }

        await cutPeer.AssertNothingLeftAsync();
        Assert.InRange(inOrder, 5, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Js_resetting_at_any_stage_gives_a_reason_and_harms_nobody_else(bool jsDials, bool early)
    {
        await using CutPeer cutPeer = await CutPeer.StartAsync(peers, jsDials, early, NodeOptions.Desktop(), 1000);
        int resets = 0;
        foreach (JsCut cut in CutPeer.Cuts(jsDials, early, "reset"))
        {
            NanoEnd end = await cutPeer.CutAsync(cut);
            AssertStage(cut, end, jsDials, early);
            // js only ends where it had begun to end already
            Assert.True(IsReset(end, cut, jsDials) || IsEnd(end), $"{cut}: {end}");
            resets += IsReset(end, cut, jsDials) ? 1 : 0;
            await cutPeer.AssertUnharmedAsync();
        }

        await cutPeer.AssertNothingLeftAsync();
        Assert.InRange(resets, 5, int.MaxValue);
    }

    private static bool IsEnd(NanoEnd end) => end.Reason == (end.WasOpen ? CloseReason.Remote : CloseReason.EndedInHandshake);

    // Where we dial, the first piece of js needs nothing of ours: a reset behind it may come before we have seen the link open, and then it
    // is the dial that failed, by a reset. From the second piece on js has heard us, and the link was open.
    private static bool IsReset(NanoEnd end, JsCut cut, bool jsDials) =>
        (end.Reason == CloseReason.LinkFailed || (end.Reason == CloseReason.DialFailed && !jsDials && cut.Piece == "multistream"))
        && (LinkError)end.Detail == LinkError.Reset;

    private static void AssertStage(JsCut cut, NanoEnd end, bool jsDials, bool early)
    {
        // a reset throws away what arrived just before it
        Assert.True(end.WasOpen == CutPeer.Opens(cut, jsDials, early) || (IsReset(end, cut, jsDials) && !end.WasOpen), $"{cut}: {end}");
    }
}
