using System;
using System.Threading.Tasks;
using NanoLibp2p.Core;

namespace NanoLibp2p.Cli;

/// <summary>
/// Finds out that a peer signs messages and we do not, or the other way. Pubsub has no word for it: each would drop what the other
/// publishes, and neither would know. So each node of this program serves a protocol whose id names its policy, and who dials asks for the
/// opposite one: a peer that agrees to it has that policy. Nothing is ever sent on it. Peers of another make refuse both ids.
/// </summary>
internal sealed class SignatureNotice : StreamProtocol
{
    private const string SignedId = "/nanolibp2p/strict-sign/1.0.0";
    private const string UnsignedId = "/nanolibp2p/strict-no-sign/1.0.0";

    private readonly bool _signed;
    private readonly Action<Connection, string> _told;
    private readonly TaskCompletionSource<bool> _agrees = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _opposite;

    /// <summary>Adds it to a node, before its first connection.</summary>
    /// <param name="node">The node.</param>
    /// <param name="signed">Whether it signs.</param>
    /// <param name="told">Hears of a peer with the other policy, and a sentence on it.</param>
    internal SignatureNotice(Node node, bool signed, Action<Connection, string> told)
    {
        _signed = signed;
        _told = told;
        node.Add(this);
    }

    /// <summary>Whether the peer that was dialled has our policy, or none that it tells.</summary>
    internal Task<bool> Agrees => _agrees.Task;

    /// <summary>What a mismatch means.</summary>
    internal static string Sentence(string peer, bool signed) => signed
        ? $"{peer} takes and publishes unsigned messages only, this side signed ones only, so neither hears the other; start both with "
            + $"--no-sign, or both without"
        : $"{peer} takes and publishes signed messages only, this side unsigned ones only (--no-sign), so neither hears the other; start "
            + $"both with --no-sign, or both without";

    public override void OnConnected(Connection connection)
    {
        if (!connection.IsInbound && connection.OpenStream(this, _opposite) == null)
        {
            _agrees.TrySetResult(true);
        }
    }

    public override void OnOpened(Libp2pStream stream)
    {
        _agrees.TrySetResult(false);
        stream.CloseWrite();
        _told(stream.Connection, Sentence(stream.Connection.RemotePeer.ToString(), _signed));
    }

    public override int OnRefused(Libp2pStream stream)
    {
        _agrees.TrySetResult(true);
        return -1;
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

    public override void OnClosed(Libp2pStream stream, bool reset) => _agrees.TrySetResult(true);

    protected override void Register(Node node)
    {
        node.RegisterProtocol(_signed ? SignedId : UnsignedId, this, true);
        _opposite = node.RegisterProtocol(_signed ? UnsignedId : SignedId, this, false);
    }
}
