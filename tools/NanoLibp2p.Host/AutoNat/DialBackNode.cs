using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>
/// Dials peers back: by a node of its own, with another identity, which both versions of the spec allow. So each dial is a new connection
/// from another port than the one that is listened on, and neither finds the peer's old connection nor becomes one of ours.
/// </summary>
internal sealed class DialBackNode(AutoNatOptions options) : IAsyncDisposable
{
    // dials at a time are as many as requests; one more is a peer that is slow to leave
    private const int MaxConnections = 64;

    private readonly SemaphoreSlim _starting = new(1);
    private Libp2pNode? _node;
    private bool _isDisposed;

    /// <summary>Whether an address is one to dial for a peer: TCP at an IP address that strangers can reach.</summary>
    internal bool IsDialable(Multiaddr? address, PeerId peer)
    {
        // a name might lead into our own network, or to whomever its owner likes
        IPAddress? ip = AddressScopes.IpOf(address);
        return ip != null && address!.IsTcp && address.Port != 0 && (address.PeerId?.Equals(peer) ?? true)
            && (options.AllowPrivateAddresses ? AddressScopes.Of(ip) != AddressScope.None : AddressScopes.Of(ip) == AddressScope.Public)
            && HasFamily(ip);
    }

    /// <summary>Dials an address; it must be that peer who answers.</summary>
    /// <param name="address">The address, without a peer id.</param>
    /// <param name="peer">Whose it is said to be.</param>
    /// <param name="nonce">What is told over the connection (version 2); null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A DialStatus of version 2.</returns>
    internal async Task<ulong> DialAsync(Multiaddr address, PeerId peer, ulong? nonce, CancellationToken cancellationToken)
    {
        Libp2pNode node = await NodeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(options.DialTimeout);
            try
            {
                await node.DialAsync(address.WithPeerId(peer), late.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (IsPeersFault(e, cancellationToken))
            {
                return AutoNatMessages.DialError;
            }

            return nonce == null || await TellAsync(node, peer, nonce.Value, cancellationToken).ConfigureAwait(false)
                ? AutoNatMessages.DialOk : AutoNatMessages.DialBackError;
        }
        finally
        {
            await node.DisconnectAsync(peer, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _starting.WaitAsync().ConfigureAwait(false);
        _isDisposed = true;
        if (_node != null)
        {
            await _node.DisposeAsync().ConfigureAwait(false);
        }

        _starting.Release();
    }

    private async Task<bool> TellAsync(Libp2pNode node, PeerId peer, ulong nonce, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(options.DialBackTimeout);
        try
        {
            PeerStream stream = await node.OpenStreamAsync(peer, AutoNatMessages.DialBackId, late.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                MessageStream messages = new(stream, options.DialBackTimeout);
                await messages.WriteMessageAsync(AutoNatMessages.DialBack(nonce), late.Token).ConfigureAwait(false);
                byte[]? answer = await messages.ReadMessageAsync(AutoNatMessages.MaxDialBack, late.Token).ConfigureAwait(false);
                stream.CompleteWrites();
                return answer != null && AutoNatMessages.IsDialBackOk(answer);
            }
        }
        catch (Exception e) when (IsPeersFault(e, cancellationToken))
        {
            return false;
        }
    }

    // what is cancelled from outside is not: then nobody waits for an answer
    private static bool IsPeersFault(Exception e, CancellationToken cancellationToken)
        => e is Libp2pException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    // a node with one family alone refuses the other, since its failure would say nothing (autonat-v2 spec, "Implementation Suggestions")
    private bool HasFamily(IPAddress wanted)
    {
        AddressScope least = options.AllowPrivateAddresses ? AddressScope.Loopback
            : wanted.AddressFamily == AddressFamily.InterNetworkV6 ? AddressScope.Public : AddressScope.Private;
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Any(one => one.Address.AddressFamily == wanted.AddressFamily && AddressScopes.Of(one.Address) >= least);
    }

    private async Task<Libp2pNode> NodeAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_node == null)
            {
                NodeOptions sizes = NodeOptions.Desktop();
                sizes.MaxConnections = MaxConnections;
                sizes.MaxStreams = 16;
                sizes.KnownPeers = 0;
                sizes.BufferBytes = 8 * 1024 * 1024;
                _node = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = 1, Node = sizes, PubSub = null }, cancellationToken)
                    .ConfigureAwait(false);
            }

            return _node;
        }
        finally
        {
            _starting.Release();
        }
    }
}
