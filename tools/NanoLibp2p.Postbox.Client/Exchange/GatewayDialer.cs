using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>Connects to gateways, and remembers who answers at an address that doesn't say it.</summary>
internal sealed class GatewayDialer(Libp2pNode node)
{
    private readonly Dictionary<Multiaddr, PeerId> _answered = [];
    private readonly Lock _lock = new();

    /// <summary>Dials a gateway unless it is connected.</summary>
    /// <exception cref="MailException">It could not be reached.</exception>
    internal async Task<PeerId> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_answered.TryGetValue(address, out PeerId? known) && node.IsConnected(known))
            {
                return known;
            }
        }

        try
        {
            PeerId peer = await node.DialAsync([address], cancellationToken).ConfigureAwait(false);
            lock (_lock)
            {
                _answered[address] = peer;
            }

            return peer;
        }
        catch (Libp2pException e)
        {
            throw Unreachable(address.ToString(), e);
        }
        catch (ArgumentException e)
        {
            throw new MailException(MailError.Unreachable, e.Message, inner: e);
        }
    }

    /// <summary>Dials a gateway of a record.</summary>
    /// <exception cref="MailException">It could not be reached.</exception>
    internal async Task DialAsync(RecordGateway gateway, CancellationToken cancellationToken)
    {
        try
        {
            if (gateway.Addresses.Count == 0 || node.IsConnected(gateway.Peer))
            {
                await node.DialAsync(gateway.Peer, cancellationToken).ConfigureAwait(false);
                return;
            }

            List<Multiaddr> addresses = [];
            foreach (Multiaddr address in gateway.Addresses)
            {
                addresses.Add(address.PeerId == null || address.Has(MultiaddrProtocol.P2pCircuit) && !gateway.Peer.Equals(address.PeerId)
                    ? address.WithPeerId(gateway.Peer) : address);
            }

            await node.DialAsync(addresses, cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e)
        {
            throw Unreachable(gateway.Peer.ToString(), e);
        }
        catch (ArgumentException e)
        {
            throw new MailException(MailError.Unreachable, $"the record's addresses of {gateway.Peer} can't be dialed: {e.Message}",
                inner: e);
        }
    }

    /// <summary>The exception of a gateway that can't be spoken to.</summary>
    internal static MailException Unreachable(string gateway, Libp2pException why) => why.Error == Libp2pError.ProtocolRefused
        ? new MailException(MailError.NotAPostbox, $"{gateway} keeps no mail at all; give a gateway that does", inner: why)
        : new MailException(MailError.Unreachable,
            $"cannot reach the gateway{(why.Message.Contains(gateway, StringComparison.Ordinal) ? "" : " " + gateway)}: {why.Message}",
            inner: why);
}
