#nullable disable

using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using NanoLibp2p.Core;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>The server's side of the protocol on a <see cref="DhtPeer"/>.</summary>
internal sealed class DhtServer : StreamProtocol
{
    private readonly DhtPeer _peer;
    private readonly string _id;
    private readonly List<Exchange> _exchanges = [];

    public DhtServer(DhtPeer peer, string id)
    {
        _peer = peer;
        _id = id;
    }

    protected override void Register(Node node) => node.RegisterProtocol(_id, this, _peer.Serves);

    public override void OnOpened(Libp2pStream stream)
    {
        Exchange exchange = new Exchange { Stream = stream };
        stream.Tag = exchange;
        _exchanges.Add(exchange);
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        Exchange exchange = (Exchange)stream.Tag;
        for (int i = 0; i < count; i++)
        {
            exchange.In.Add(buffer[offset + i]);
        }

        // several may follow one another
        while (DhtMessage.TryDecode(CollectionsMarshal.AsSpan(exchange.In), out int used) is { } request)
        {
            exchange.IsAnswered = true;
            _peer.Requests++;
            _peer.Seen?.Invoke([.. exchange.In.Take(used)]);
            exchange.In.RemoveRange(0, used);
            if (_peer.ResetsStreams)
            {
                stream.Reset();
                break;
            }

            byte[] answer = _peer.Answer(request);
            exchange.Out = [.. exchange.Out, .. answer ?? []];
            exchange.IsSilent |= answer == null && request.Type != DhtMessage.AddProvider;
        }

        return count;
    }

    public override void OnReadEnd(Libp2pStream stream) => ((Exchange)stream.Tag).HasEnded = true;

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        if (stream.Tag is Exchange exchange)
        {
            _exchanges.Remove(exchange);
        }
    }

    public override long Poll(long nowMs)
    {
        for (int i = _exchanges.Count - 1; i >= 0; i--)
        {
            Exchange exchange = _exchanges[i];
            int all = exchange.Out.Length;
            if (exchange.Written < all)
            {
                exchange.Written += exchange.Stream.Write(exchange.Out, exchange.Written, all - exchange.Written);
            }

            if (exchange.Written == all && exchange.IsAnswered && exchange.HasEnded && !exchange.IsSilent && _peer.EndsStreams)
            {
                exchange.Stream.CloseWrite();
            }
        }

        return long.MaxValue;
    }

    private sealed class Exchange
    {
        public Libp2pStream Stream;
        public readonly List<byte> In = [];
        public byte[] Out = [];
        public int Written;
        public bool IsAnswered;
        public bool IsSilent;
        public bool HasEnded;
    }
}
