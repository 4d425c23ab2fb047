using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Cli;

/// <summary><see cref="SigningPolicy"/> for a board, which has a node of the core.</summary>
internal sealed class SignatureNotice : StreamProtocol
{
    private readonly Action<Connection, string> _told;
    private int _opposite;

    /// <summary>Adds it to a node that signs, before its first connection.</summary>
    /// <param name="node">The node.</param>
    /// <param name="told">Hears of a peer that does not, and a sentence on it.</param>
    internal SignatureNotice(Node node, Action<Connection, string> told)
    {
        _told = told;
        node.Add(this);
    }

    public override void OnConnected(Connection connection)
    {
        if (!connection.IsInbound)
        {
            connection.OpenStream(this, _opposite);
        }
    }

    public override void OnOpened(Libp2pStream stream)
    {
        stream.CloseWrite();
        _told(stream.Connection, SigningPolicy.Sentence(stream.Connection.RemotePeer.ToString(), signed: true));
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

    protected override void Register(Node node)
    {
        node.RegisterProtocol(SigningPolicy.SignedId, this, true);
        _opposite = node.RegisterProtocol(SigningPolicy.UnsignedId, this, false);
    }
}
