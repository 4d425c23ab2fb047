using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Relay;

/// <summary>A circuit on its way to be a connection, which lives on the shard of the connection to the relay.</summary>
internal sealed class CircuitSource(CircuitProtocol.End end) : LinkSource
{
    internal override Shard Home => end.Relay.Shard;

    internal override IShardLink? Open(Shard shard)
    {
        if (end.Link.State != LinkState.Open || end.Stream == null)
        {
            return null;
        }

        Multiaddr? relay = end.Relay.Link.RemoteAddress?.WithPeerId(end.Relay.Peer!);
        return new CircuitLink(
            end, Multiaddr.TryParse((relay?.ToString() ?? "/p2p/" + end.Relay.Peer) + "/p2p-circuit", out _));
    }

    internal override void Discard() => Home.Post(new ShardCall<bool>(_ =>
    {
        end.Stream?.Reset();
        return true;
    }));
}
