using System;
using System.Collections.Generic;
using NanoLibp2p.Core;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>Stands before a node's pubsub and ping on the streams that peers open, to end them or to keep silent on them.</summary>
internal sealed class StreamTap : StreamProtocol
{
    private readonly StreamProtocol pubsub;
    private readonly StreamProtocol ping;
    private readonly int pingIndex;
    private readonly List<Libp2pStream> open = [];

    public StreamTap(Node node, StreamProtocol pubsub)
    {
        this.pubsub = pubsub;
        ping = node.Ping;
        pingIndex = Array.IndexOf(node.Owners, ping);
        for (int i = 0; i < node.Owners.Length; i++)
        {
            if (node.Owners[i] == pubsub || node.Owners[i] == ping)
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
        foreach (Libp2pStream stream in open.ToArray())
        {
            if (!IsPing(stream))
            {
                stream.Reset();
            }
        }
    }

    public override void OnOpened(Libp2pStream stream)
    {
        open.Add(stream);
        if (IsPing(stream) && RefusesPing)
        {
            stream.Reset();
        }
        else if (!IsPing(stream))
        {
            pubsub.OnOpened(stream);
        }
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) =>
        !IsPing(stream) ? pubsub.OnData(stream, buffer, offset, count)
        : IsSilent ? count : ping.OnData(stream, buffer, offset, count);

    public override void OnReadEnd(Libp2pStream stream) => OwnerOf(stream).OnReadEnd(stream);

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        open.Remove(stream);
        OwnerOf(stream).OnClosed(stream, reset);
    }

    protected override void Register(Node node) => throw new NotSupportedException("it stands before protocols that are registered");

    private bool IsPing(Libp2pStream stream) => stream.ProtocolIndex == pingIndex;

    private StreamProtocol OwnerOf(Libp2pStream stream) => IsPing(stream) ? ping : pubsub;
}
