using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>Dials peers that want to know whether they can be reached (autonat-v1 and autonat-v2 specs, the server's side).</summary>
internal sealed class AutoNatServer(AutoNatOptions options, TimeProvider time, AutoNatMetrics metrics) : IAsyncDisposable
{
    // what another IP address costs (autonat-v2 spec, "Amplification Attack Prevention")
    private const int MinDialData = 30_000;
    private const int MaxDialData = 100_000;

    // go refuses smaller pieces, the last apart
    private const int MinChunk = 100;

    private readonly DialBackNode _dialer = new(options);
    private readonly RequestLimiter _requests = new(time, options.RequestsPerMinute, options.RequestsPerMinutePerPeer);
    private readonly RequestLimiter _data = new(time, options.DialDataPerMinute, int.MaxValue);
    private readonly RequestLimiter _v1 = new(time, options.V1RequestsPerMinute, options.V1RequestsPerMinutePerPeer);

    /// <summary>Dials that were made for peers.</summary>
    internal int Dials { get; private set; }

    public ValueTask DisposeAsync() => _dialer.DisposeAsync();

    /// <summary>Serves a stream of /libp2p/autonat/2/dial-request.</summary>
    internal async Task ServeV2Async(PeerStream stream, CancellationToken cancellationToken)
    {
        MessageStream messages = new(stream, options.StreamTimeout);
        IPAddress? observed = ObservedIp(stream);
        if (observed == null || !_requests.Begin(stream.RemotePeer))
        {
            // before anything of the request is read
            metrics.V2Completed("resource limit exceeded", AutoNatMessages.RequestRejected, AutoNatMessages.DialUnused);
            await messages.WriteMessageAsync(AutoNatMessages.Response(AutoNatMessages.RequestRejected, 0, AutoNatMessages.DialUnused),
                cancellationToken).ConfigureAwait(false);
            await DrainAsync(stream, cancellationToken).ConfigureAwait(false);
            return;
        }

        byte[]? answer;
        try
        {
            answer = await AnswerV2Async(stream, messages, observed, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // before the answer: the peer's next request may be right behind it
            _requests.End(stream.RemotePeer);
        }

        if (answer == null)
        {
            stream.Abort(ErrorCode.ProtocolViolation);
            return;
        }

        await messages.WriteMessageAsync(answer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Serves a stream of /libp2p/autonat/1.0.0.</summary>
    internal async Task ServeV1Async(PeerStream stream, CancellationToken cancellationToken)
    {
        MessageStream messages = new(stream, options.StreamTimeout);
        IPAddress? observed = ObservedIp(stream);
        if (observed == null || !_v1.Begin(stream.RemotePeer))
        {
            metrics.V1Refused(observed == null ? "dial blocked" : "rate limited");
            string why = observed == null ? "no dial for a peer behind a relay" : "too many requests";
            await messages.WriteMessageAsync(AutoNatMessages.V1Response(AutoNatMessages.V1DialRefused, why, null), cancellationToken)
                .ConfigureAwait(false);
            await DrainAsync(stream, cancellationToken).ConfigureAwait(false);
            return;
        }

        byte[] answer;
        try
        {
            byte[]? request = await messages.ReadMessageAsync(AutoNatMessages.MaxV1Message, cancellationToken).ConfigureAwait(false);
            if (request == null)
            {
                return;
            }

            answer = await AnswerV1Async(request, stream.RemotePeer, observed, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // before the answer: the peer's next request may be right behind it
            _v1.End(stream.RemotePeer);
        }

        await messages.WriteMessageAsync(answer, cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]?> AnswerV2Async(PeerStream stream, MessageStream messages, IPAddress observed,
        CancellationToken cancellationToken)
    {
        PeerId peer = stream.RemotePeer;
        byte[]? request = await messages.ReadMessageAsync(AutoNatMessages.MaxMessage, cancellationToken).ConfigureAwait(false);
        List<Multiaddr?>? addresses = request == null ? null : AutoNatMessages.ReadRequest(request, out _);
        if (addresses == null)
        {
            metrics.V2Completed("bad request", 0, AutoNatMessages.DialUnused);
            return null;
        }

        _ = AutoNatMessages.ReadRequest(request, out ulong nonce);
        int index = addresses.FindIndex(one => _dialer.IsDialable(one, peer));
        if (index < 0)
        {
            metrics.V2Completed("nil", AutoNatMessages.DialRefused, AutoNatMessages.DialUnused);
            return AutoNatMessages.Response(AutoNatMessages.DialRefused, 0, AutoNatMessages.DialUnused);
        }

        Multiaddr address = addresses[index]!.WithoutPeerId();
        bool isDataRequired = !Same(AddressScopes.IpOf(address)!, observed);
        if (isDataRequired)
        {
            if (!_data.Count(peer))
            {
                metrics.V2Completed("resource limit exceeded", AutoNatMessages.RequestRejected, AutoNatMessages.DialUnused, true);
                return AutoNatMessages.Response(AutoNatMessages.RequestRejected, 0, AutoNatMessages.DialUnused);
            }

            if (!await IsPaidAsync(messages, index, cancellationToken).ConfigureAwait(false))
            {
                metrics.V2Completed("dial data refused", 0, AutoNatMessages.DialUnused, true);
                return null;
            }

            await Task.Delay(options.MaxDialDelay * Random.Shared.NextDouble(), cancellationToken).ConfigureAwait(false);
        }

        Dials++;
        ulong status = await _dialer.DialAsync(address, peer, nonce, cancellationToken).ConfigureAwait(false);
        metrics.V2Completed("nil", AutoNatMessages.Ok, status, isDataRequired, address);
        return AutoNatMessages.Response(AutoNatMessages.Ok, index, status);
    }

    // The peer sends as much as a dial might cost somebody else.
    private static async Task<bool> IsPaidAsync(MessageStream messages, int index, CancellationToken cancellationToken)
    {
        int wanted = RandomNumberGenerator.GetInt32(MinDialData, MaxDialData + 1);
        await messages.WriteMessageAsync(AutoNatMessages.DataRequest(index, wanted), cancellationToken).ConfigureAwait(false);
        while (wanted > 0)
        {
            byte[]? message = await messages.ReadMessageAsync(AutoNatMessages.MaxMessage, cancellationToken).ConfigureAwait(false);
            int count = message == null ? -1 : AutoNatMessages.ReadData(message);
            if (count < 0 || count > AutoNatMessages.MaxData || (count < MinChunk && count < wanted))
            {
                return false;
            }

            wanted -= count;
        }

        return true;
    }

    private async Task<byte[]> AnswerV1Async(byte[] request, PeerId peer, IPAddress observed, CancellationToken cancellationToken)
    {
        List<Multiaddr>? addresses = AutoNatMessages.ReadV1Request(request, peer);
        if (addresses == null)
        {
            metrics.V1Answered(AutoNatMessages.V1BadRequest);
            return AutoNatMessages.V1Response(AutoNatMessages.V1BadRequest, "no request to dial, or one for another peer", null);
        }

        // MUST NOT dial another IP address than the one that the request came from (autonat-v1 spec, "Security Considerations")
        Multiaddr[] dialable = [.. addresses.Where(one => _dialer.IsDialable(one, peer) && Same(AddressScopes.IpOf(one)!, observed))
            .Select(one => one.WithoutPeerId()).Distinct()];
        if (dialable.Length == 0)
        {
            metrics.V1Refused("no valid address");
            return AutoNatMessages.V1Response(AutoNatMessages.V1DialRefused, "no address that would be dialled", null);
        }

        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(options.StreamTimeout);
        try
        {
            foreach (Multiaddr address in dialable)
            {
                Dials++;
                if (await _dialer.DialAsync(address, peer, null, late.Token).ConfigureAwait(false) == AutoNatMessages.DialOk)
                {
                    metrics.V1Answered(AutoNatMessages.V1Ok);
                    return AutoNatMessages.V1Response(AutoNatMessages.V1Ok, "", address);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // of the addresses that were tried none could be dialled
        }

        metrics.V1Answered(AutoNatMessages.V1DialError);
        return AutoNatMessages.V1Response(AutoNatMessages.V1DialError, "no address could be dialled", dialable[0]);
    }

    // null where the peer is behind a relay, and so the address is not its own
    private static IPAddress? ObservedIp(PeerStream stream)
    {
        Multiaddr? address = stream.Connection.RemoteAddress;
        bool isRelayed = stream.Connection.IsLimited || (address?.Has(MultiaddrProtocol.P2pCircuit) ?? true);
        return isRelayed ? null : AddressScopes.IpOf(address);
    }

    private static bool Same(IPAddress one, IPAddress other)
        => (one.IsIPv4MappedToIPv6 ? one.MapToIPv4() : one).Equals(other.IsIPv4MappedToIPv6 ? other.MapToIPv4() : other);

    // so that the answer arrives before the end: what the peer is still sending is thrown away
    private async Task DrainAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        stream.CompleteWrites();
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(options.StreamTimeout);
        byte[] buffer = new byte[1024];
        int left = AutoNatMessages.MaxMessage;
        int read;
        while (left > 0 && (read = await stream.ReadAsync(buffer, late.Token).ConfigureAwait(false)) > 0)
        {
            left -= read;
        }
    }
}
