using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Relay;

/// <summary>Dials through relays: <c>RELAY-ADDRESS/p2p/RELAY/p2p-circuit/p2p/TARGET</c>.</summary>
internal sealed class CircuitDialer(Libp2pNode node) : ILinkDialer
{
    /// <inheritdoc/>
    public bool Dials(DialKind kind) => kind == DialKind.Circuit;

    /// <inheritdoc/>
    public async Task<LinkSource> DialAsync(DialTarget target, CancellationToken cancellationToken)
    {
        Multiaddr address = target.Address;
        Multiaddr? relay = RelayOf(address);
        PeerId? at = relay?.PeerId;
        if (at == null || address.PeerId == null || address.WithoutPeerId()!.PeerId != null)
        {
            // no peer at the end, no relay, or a relay within a relay
            throw Dialer.NotReached(address, LinkError.Unreachable, null);
        }

        if (node.FindDirect(at) == null && relay!.WithoutPeerId() != null)
        {
            await node.DialAsync(relay, cancellationToken).ConfigureAwait(false);
        }

        ShardConnection over = node.FindDirect(at) ?? throw Dialer.NotReached(address, LinkError.Unreachable, null);
        CircuitRequest request = new(over, address.PeerId);
        over.Shard.Post(request);
        return await request.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The relay of an address, with its peer id; null when it is no circuit's, or has several.</summary>
    internal static Multiaddr? RelayOf(Multiaddr address)
    {
        byte[] bytes = address.ToBytes();
        int circuit = -1;
        for (int at = 0; at < bytes.Length;)
        {
            int size = MultiaddrProtocol.Read(bytes, at, bytes.Length - at, out int code, out _, out _);
            if (code == MultiaddrProtocol.P2pCircuit)
            {
                if (circuit >= 0)
                {
                    return null;
                }

                circuit = at;
            }

            at += size;
        }

        return circuit <= 0 ? null : Multiaddr.FromBytes(bytes, 0, circuit);
    }
}
