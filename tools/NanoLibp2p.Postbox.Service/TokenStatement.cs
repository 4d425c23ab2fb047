using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Service;

/// <summary>A token whose signature was verified (SPEC.md 7.2).</summary>
internal sealed record TokenStatement(byte[]? Holder, uint Expires, uint Epoch, byte Lane, byte Priority)
{
    /// <summary>Whether a peer may deposit with it now.</summary>
    internal bool IsGood(PeerId peer, uint epoch, uint now)
        => now < Expires && Epoch >= epoch && (Holder == null || peer.Matches(Holder, 0, Holder.Length));
}
