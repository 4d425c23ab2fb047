using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host;

/// <summary>
/// The protocols of the application, on one shard: each stream's bytes go to and come from its <see cref="PeerStream"/>. Ids are added
/// while the node runs.
/// </summary>
internal sealed class HostProtocol(Libp2pNode owner, Shard shard) : StreamProtocol
{
    private readonly Dictionary<string, int> _served = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _dialled = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _names = [];

    // a postbox's requests are short, and its clients sleep behind relays (protocols/NanoLibp2p.Postbox/SPEC.md 8)
    private const string PostboxId = "/nanolibp2p/postbox/1.0.0";

    /// <summary>Whether a protocol may use a connection through a relay that limits it: what finds a direct way, and what is
    /// short.</summary>
    internal static bool IsForLimited(string id) => id is HolePunching.HolePunchMessages.Id or PostboxId;

    /// <summary>Answers streams of an id from now on.</summary>
    internal void Serve(string id)
    {
        if (_served.TryGetValue(id, out int known))
        {
            Node.SetServed(known, true);
        }
        else
        {
            int index = Node.RegisterProtocol(id, this, true);
            _served.Add(id, index);
            _names.Add(index, id);
        }
    }

    /// <summary>Answers streams of an id no more.</summary>
    internal void StopServing(string id)
    {
        if (_served.TryGetValue(id, out int index))
        {
            Node.SetServed(index, false);
        }
    }

    /// <summary>Opens a stream, for a request that <see cref="PeerStream.Opened"/> or its end will answer.</summary>
    /// <param name="connection">To whom.</param>
    /// <param name="ids">What is proposed, one after the other until the peer agrees.</param>
    /// <param name="request">Who waits for it; null for a stream of one id that is used without waiting for the peer's word.</param>
    /// <exception cref="InvalidOperationException">There are as many ids as fit.</exception>
    internal PeerStream? Open(ShardConnection connection, string[] ids, OpenRequest? request)
    {
        int[] indexes = [.. ids.Select(Index)];
        Libp2pStream? stream = connection.Connection.OpenStream(this, indexes[0]);
        if (stream == null)
        {
            return null;
        }

        PeerStream opened = new(connection, stream, ids, indexes, request);
        stream.Tag = opened;
        return opened;
    }

    /// <inheritdoc/>
    protected override void Register(Node node)
    {
    }

    /// <inheritdoc/>
    public override void OnOpened(Libp2pStream stream)
    {
        if (stream.IsOutbound)
        {
            ((PeerStream)stream.Tag).Opened();
            return;
        }

        ShardConnection? connection = shard.Find(stream.Connection);
        if (connection == null || (connection.Link.IsLimited && !owner.UsesLimited && !IsForLimited(_names[stream.ProtocolIndex])))
        {
            // of a relayed connection with limits, for what is short (ErrorCode.ResourceLimit: "a limit was hit")
            stream.Reset(connection == null ? ErrorCode.None : ErrorCode.ResourceLimit);
            return;
        }

        PeerStream accepted = new(connection, stream, [_names[stream.ProtocolIndex]], [stream.ProtocolIndex], null);
        stream.Tag = accepted;
        owner.Accept(accepted);
    }

    /// <inheritdoc/>
    public override int OnRefused(Libp2pStream stream) => ((PeerStream)stream.Tag).Refused();

    /// <inheritdoc/>
    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        ((PeerStream)stream.Tag).Receive(buffer, offset, count);
        return count;
    }

    /// <inheritdoc/>
    public override void OnReadEnd(Libp2pStream stream) => ((PeerStream)stream.Tag).ReadEnded();

    /// <inheritdoc/>
    public override void OnClosed(Libp2pStream stream, bool reset) => (stream.Tag as PeerStream)?.Closed(reset);

    private int Index(string id)
    {
        if (!_served.TryGetValue(id, out int index) && !_dialled.TryGetValue(id, out index))
        {
            index = Node.RegisterProtocol(id, this, false);
            _dialled.Add(id, index);
            _names.Add(index, id);
        }

        return index;
    }
}
