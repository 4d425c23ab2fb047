using System;
using System.Collections.Generic;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Firmware;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>Tells who comes and who goes at a node that listens, who does not get in, and why; until the node ends.</summary>
internal sealed class PeerLog
{
    // peers that come after so many are not named
    private const int MaxWarned = 1000;

    // the events of the last connections come on other threads
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _comesBack = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lookAgain = TimeSpan.FromMilliseconds(5);

    private readonly Libp2pNode _node;
    private readonly Libp2pNodeOptions _options;
    private readonly Output _output;
    private readonly bool _signed;
    private readonly DoorLog _door;
    private readonly Task _watching;
    private readonly Lock _lock = new();
    private readonly HashSet<long> _here = [];
    private readonly HashSet<string> _warned = [];

    /// <summary>Begins.</summary>
    /// <param name="node">The node.</param>
    /// <param name="options">Its options.</param>
    /// <param name="signed">Whether it signs messages.</param>
    /// <param name="output">Where it is told.</param>
    internal PeerLog(Libp2pNode node, Libp2pNodeOptions options, bool signed, Output output)
    {
        _node = node;
        _options = options;
        _output = output;
        _signed = signed;
        _door = new DoorLog(Task.Delay, output);
        node.PeerConnected += TellConnected;
        node.PeerDisconnected += TellDisconnected;
        _watching = WatchAsync();

        // who was faster than this
        foreach (PeerConnection connection in node.Connections)
        {
            TellConnected(connection);
        }
    }

    /// <summary>Tells of a peer what may be wrong, once for each peer.</summary>
    internal void Notice(string peer, string sentence)
    {
        lock (_lock)
        {
            if (_warned.Count >= MaxWarned || !_warned.Add(peer))
            {
                return;
            }
        }
        _output.Notice(peer, sentence);
    }

    /// <summary>Ends when all is told, after the node's end.</summary>
    internal async Task EndAsync()
    {
        await _watching;
        for (TimeSpan waited = TimeSpan.Zero; waited < _lastWords && IsAnybodyHere(); waited += _lookAgain)
        {
            await Task.Delay(_lookAgain);
        }
    }

    private bool IsAnybodyHere()
    {
        lock (_lock)
        {
            return _here.Count > 0;
        }
    }

    private void TellConnected(PeerConnection connection)
    {
        lock (_lock)
        {
            if (!_here.Add(connection.Id))
            {
                return;
            }
        }
        string peer = connection.Peer.ToString();
        string? address = connection.RemoteAddress?.ToString();
        JsonObject json = Output.Event("connected");
        json["peer"] = peer;
        json["addr"] = address;
        _output.Tell(json, $"[green]+[/] {peer} from {address}");
    }

    private void TellDisconnected(PeerDisconnection gone)
    {
        string peer = gone.Connection.Peer.ToString();
        string reason = CloseText.Describe(gone.Why.Reason, gone.Why.Detail, _options.Node);
        JsonObject json = Output.Event("disconnected");
        json["peer"] = peer;
        json["addr"] = gone.Connection.RemoteAddress?.ToString();
        json["reason"] = gone.Why.Reason.ToString();
        json["text"] = reason;
        _output.Tell(json, $"[red]-[/] {peer} {reason}");
        lock (_lock)
        {
            _here.Remove(gone.Connection.Id);
        }
    }

    // who has come back at once is not here twice for long
    private async Task WarnIfTwiceAsync(PeerId peer)
    {
        await Task.Delay(_comesBack);
        if (_node.ConnectionsTo(peer).Count > 1)
        {
            Notice(peer.ToString(), $"{peer} is connected twice, and pubsub goes over one connection only; if two nodes use the same key, "
                + $"give each its own --key");
        }
    }

    private async Task WatchAsync()
    {
        await foreach (NodeEvent one in _node.Events.WatchAsync())
        {
            switch (one.Kind)
            {
                case NodeEventKind.Connected when _node.ConnectionsTo(one.Peer!).Count > 1:
                    _ = WarnIfTwiceAsync(one.Peer!);
                    break;
                case NodeEventKind.MessagesDropped:
                    Notice(one.Peer!.ToString(), Messages.WhyDropped(one, _signed));
                    break;
                case NodeEventKind.HandshakeFailed:
                    JsonObject failed = Output.Event("failed");
                    failed["reason"] = one.Reason.ToString();
                    failed["text"] = one.Text;
                    _door.Tell(failed, $"[red]![/] incoming connection failed: {one.Text}", 1 + one.Suppressed);
                    break;
                case NodeEventKind.Refused:
                    string reason = one.Refusal == RefusalReason.ConnectionLimit
                        ? $"all {_options.MaxConnections} connections are in use" : one.Text;
                    JsonObject refused = Output.Event("refused");
                    refused["addr"] = one.Address;
                    refused["text"] = reason;
                    _door.Tell(refused, $"[red]![/] refused {one.Address}: {reason}", 1 + one.Suppressed);
                    break;
            }
        }
    }
}
