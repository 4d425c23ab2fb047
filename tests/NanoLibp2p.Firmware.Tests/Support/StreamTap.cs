using System;
using System.Collections.Generic;
using NanoLibp2p.Core;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>Stands before a node's pubsub and ping on the streams that peers open, to end them or to keep silent on them.</summary>
internal sealed class StreamTap : StreamProtocol
{
    private readonly StreamProtocol _pubsub;
    private readonly StreamProtocol _ping;
    private readonly int _pingIndex;
    private readonly List<Libp2pStream> _open = [];

    public StreamTap(Node node, StreamProtocol pubsub)
    {
        _pubsub = pubsub;
        _ping = node.Ping;
        _pingIndex = Array.IndexOf(node.Owners, _ping);
        for (int i = 0; i < node.Owners.Length; i++)
        {
            if (node.Owners[i] == pubsub || node.Owners[i] == _ping)
            {
                node.Owners[i] = this;
            }
        }
    }

    /// <summary>Set to have pings read and not answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Set to have ping streams reset, as by a peer that doesn't speak the protocol.</summary>
    public bool RefusesPing { get; set; }

    /// <summary>Resets the pubsub streams that peers write on.</summary>
    public void ResetPubSub()
    {
        foreach (Libp2pStream stream in _open.ToArray())
        {
            if (!IsPing(stream))
            {
                stream.Reset();
            }
        }
    }

    public override void OnOpened(Libp2pStream stream)
    {
        _open.Add(stream);
        if (IsPing(stream) && RefusesPing)
        {
            stream.Reset();
        }
        else if (!IsPing(stream))
        {
            _pubsub.OnOpened(stream);
        }
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) =>
        !IsPing(stream) ? _pubsub.OnData(stream, buffer, offset, count)
        : IsSilent ? count : _ping.OnData(stream, buffer, offset, count);

    public override void OnReadEnd(Libp2pStream stream) => OwnerOf(stream).OnReadEnd(stream);

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        _open.Remove(stream);
        OwnerOf(stream).OnClosed(stream, reset);
    }

    protected override void Register(Node node) => throw new NotSupportedException("it stands before protocols that are registered");

    private bool IsPing(Libp2pStream stream) => stream.ProtocolIndex == _pingIndex;

    private StreamProtocol OwnerOf(Libp2pStream stream) => IsPing(stream) ? _ping : _pubsub;
}
