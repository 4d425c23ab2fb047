using System;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;

namespace NanoLibp2p.Cli;

/// <summary>
/// Finds out that a peer signs messages and we do not, or the other way. Pubsub has no word for it: each would drop what the other
/// publishes, and neither would know. So each node of this program serves a protocol whose id names its policy, and who dials asks for the
/// opposite one: a peer that agrees to it has that policy. Nothing is ever sent on it. Peers of another make refuse both ids.
/// </summary>
internal static class SigningPolicy
{
    internal const string SignedId = "/nanolibp2p/strict-sign/1.0.0";
    internal const string UnsignedId = "/nanolibp2p/strict-no-sign/1.0.0";

    /// <summary>Serves a node's own policy.</summary>
    /// <param name="node">The node.</param>
    /// <param name="signed">Whether it signs.</param>
    /// <param name="told">Hears of a peer with the other policy, and a sentence on it.</param>
    internal static void Serve(Libp2pNode node, bool signed, Action<string, string> told)
        => node.Handle(
            signed ? SignedId : UnsignedId,
            (stream, _) =>
            {
                told(stream.RemotePeer.ToString(), Sentence(stream.RemotePeer.ToString(), signed));
                return Task.CompletedTask;
            });

    /// <summary>Whether the peer that was dialled has our policy, or none that it tells.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static async Task<bool> AgreesAsync(HostSession session, bool signed, CancellationToken cancellation)
    {
        try
        {
            string opposite = signed ? UnsignedId : SignedId;
            await using PeerStream stream = await session.Node.OpenStreamAsync(session.PeerId, opposite, cancellation);
            return false;
        }
        catch (Libp2pException)
        {
            return true;
        }
    }

    /// <summary>What a mismatch means.</summary>
    internal static string Sentence(string peer, bool signed) => signed
        ? $"{peer} takes and publishes unsigned messages only, this side signed ones only, so neither hears the other; start both with "
            + $"--no-sign, or both without"
        : $"{peer} takes and publishes signed messages only, this side unsigned ones only (--no-sign), so neither hears the other; start "
            + $"both with --no-sign, or both without";
}
