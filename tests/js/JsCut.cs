namespace NanoLibp2p.JsPeers;

/// <summary>Where a js node's output ends and how: see <c>tests/js/cut.mjs</c>.</summary>
/// <param name="Piece"><c>multistream</c>, <c>noise</c>, <c>noise-1</c>, <c>noise-2</c>, <c>noise-3</c>, <c>muxer</c>, <c>frame</c> or
/// <c>data</c>.</param>
/// <param name="Keep">How much of that piece still goes out: <c>none</c>, <c>half</c>, <c>inside</c> or <c>all</c>.</param>
/// <param name="How"><c>close</c> (FIN), <c>reset</c> (RST) or <c>stall</c> (silence).</param>
public sealed record JsCut(string Piece, string Keep, string How)
{
    /// <summary>No cut yet, but one may be set later with <see cref="JsPeer.CutAsync"/>.</summary>
    public static JsCut Later { get; } = new("", "", "");
}
