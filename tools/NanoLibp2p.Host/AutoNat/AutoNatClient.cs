using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>Has peers dial this node (autonat-v1 and autonat-v2 specs, the client's side).</summary>
internal sealed class AutoNatClient(Libp2pNode node, AutoNatOptions options, AutoNatMetrics metrics)
{
    // more is nobody's to ask (autonat-v2 spec)
    private const ulong MaxDialData = 100_000;

    // by their numbers; each is asked of one peer
    private readonly ConcurrentDictionary<ulong, Asked> _asked = new();

    /// <summary>Serves a stream of /libp2p/autonat/2/dial-back: somebody got through.</summary>
    internal async Task ServeDialBackAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        MessageStream messages = new(stream, options.DialBackTimeout);
        byte[]? message = await messages.ReadMessageAsync(AutoNatMessages.MaxDialBack, cancellationToken).ConfigureAwait(false);
        ulong? nonce = message == null ? null : AutoNatMessages.ReadDialBack(message);

        // by a connection that we made, or through a relay, nobody has shown that he can dial us
        PeerConnection by = stream.Connection;
        bool isDirect = by.IsCall && !by.IsLimited && by.RemoteAddress is { } address && !address.Has(MultiaddrProtocol.P2pCircuit);
        if (nonce == null || !isDirect || !_asked.TryGetValue(nonce.Value, out Asked? asked))
        {
            stream.Abort(ErrorCode.ProtocolViolation);
            return;
        }

        asked.Arrived(AddressScopes.IpOf(by.RemoteAddress)?.AddressFamily);
        await messages.WriteMessageAsync(Array.Empty<byte>(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks a peer by version 2.</summary>
    /// <exception cref="Libp2pException">The peer could not be asked, or its answers make no sense.</exception>
    internal async Task<DialBackAnswer> AskV2Async(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(options.StreamTimeout + options.MaxDialDelay + options.DialTimeout + options.DialBackTimeout);
        ulong nonce = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
        Asked asked = new();
        _asked[nonce] = asked;
        try
        {
            PeerStream stream = await node.OpenStreamAsync(peer, AutoNatMessages.DialRequestId, late.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                MessageStream messages = new(stream, Timeout.InfiniteTimeSpan);
                await messages.WriteMessageAsync(AutoNatMessages.Request(addresses, nonce), late.Token).ConfigureAwait(false);

                // the first answer alone: js's server dials all and sends one for each, against the spec; the others are broken off
                return await ReadAnswerAsync(messages, addresses, asked, late.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new Libp2pException(Libp2pError.TimedOut, peer, "the peer did not say in time whether it could dial this node");
        }
        finally
        {
            _asked.TryRemove(nonce, out _);
        }
    }

    /// <summary>Asks a peer by version 1.</summary>
    /// <exception cref="Libp2pException">The peer could not be asked, or its answer makes no sense.</exception>
    internal async Task<DialBackAnswer> AskV1Async(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken)
    {
        PeerStream stream = await node.OpenStreamAsync(peer, AutoNatMessages.V1, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            // a server has as long for the dials, and then for its answer
            MessageStream messages = new(stream, 2 * options.StreamTimeout);
            await messages.WriteMessageAsync(AutoNatMessages.V1Request(node.PeerId, addresses), cancellationToken).ConfigureAwait(false);
            byte[] answer = await messages.ReadMessageAsync(AutoNatMessages.MaxV1Message, cancellationToken).ConfigureAwait(false)
                ?? throw Fault(peer, "it ended the stream without an answer");
            stream.CompleteWrites();
            ulong status = AutoNatMessages.ReadV1Response(answer, out Multiaddr? address) ?? throw Fault(peer, "its answer is none");
            metrics.V1Received(status);
            DialBackOutcome outcome = status switch
            {
                AutoNatMessages.V1Ok => DialBackOutcome.Reached,
                AutoNatMessages.V1DialError => DialBackOutcome.Failed,
                _ => DialBackOutcome.None,
            };
            return new DialBackAnswer(outcome, address?.WithoutPeerId(), $"it says {status}");
        }
    }

    private async Task<DialBackAnswer> ReadAnswerAsync(MessageStream messages, IReadOnlyList<Multiaddr> addresses, Asked asked,
        CancellationToken cancellationToken)
    {
        bool isPaid = false;
        while (true)
        {
            byte[]? message = await messages.ReadMessageAsync(AutoNatMessages.MaxMessage, cancellationToken).ConfigureAwait(false);
            switch (message == null ? 0 : AutoNatMessages.Kind(message))
            {
                case AutoNatMessages.DataRequestField when !isPaid:
                    isPaid = true;
                    (ulong index, ulong bytes, _) = AutoNatMessages.ReadNumbers(message, AutoNatMessages.DataRequestField)
                        ?? (ulong.MaxValue, 0, 0);
                    if (index >= (ulong)addresses.Count || bytes > MaxDialData)
                    {
                        return new DialBackAnswer(DialBackOutcome.None, null, $"it asks for {bytes} bytes; at most {MaxDialData} are sent");
                    }

                    await PayAsync(messages, (int)bytes, cancellationToken).ConfigureAwait(false);
                    break;
                case AutoNatMessages.ResponseField:
                    return Judge(AutoNatMessages.ReadNumbers(message, AutoNatMessages.ResponseField), addresses, asked);
                default:
                    return new DialBackAnswer(DialBackOutcome.None, null, "its answer is none");
            }
        }
    }

    private static async Task PayAsync(MessageStream messages, int bytes, CancellationToken cancellationToken)
    {
        byte[] chunk = AutoNatMessages.Data(AutoNatMessages.MaxData);
        while (bytes > 0)
        {
            byte[] next = bytes >= AutoNatMessages.MaxData ? chunk : AutoNatMessages.Data(bytes);
            await messages.WriteMessageAsync(next, cancellationToken).ConfigureAwait(false);
            bytes -= AutoNatMessages.MaxData;
        }
    }

    private static DialBackAnswer Judge((ulong Status, ulong Index, ulong Dial)? answer, IReadOnlyList<Multiaddr> addresses, Asked asked)
    {
        if (answer is not { Status: AutoNatMessages.Ok } said || said.Index >= (ulong)addresses.Count)
        {
            return new DialBackAnswer(DialBackOutcome.None, null, $"it refuses: {answer?.Status.ToString() ?? "malformed"}");
        }

        // the number proves that somebody got through; that nobody did, one has to believe
        Multiaddr address = addresses[(int)said.Index];
        bool hasArrived = asked.HasArrived(AddressScopes.IpOf(address));
        DialBackOutcome outcome = said.Dial switch
        {
            AutoNatMessages.DialOk or AutoNatMessages.DialBackError when hasArrived => DialBackOutcome.Reached,
            AutoNatMessages.DialError when !hasArrived => DialBackOutcome.Failed,
            _ => DialBackOutcome.None,
        };
        string arrived = hasArrived ? "arrived" : "did not arrive";
        return new DialBackAnswer(outcome, address, $"it says {said.Dial}, and the number {arrived}");
    }

    private static Libp2pException Fault(PeerId peer, string what)
        => new(Libp2pError.MessageMalformed, peer, $"the peer was asked by AutoNAT to dial this node: {what}");

    /// <summary>What one peer was asked.</summary>
    private sealed class Asked
    {
        // 0, or the family of the connection by which the number came
        private volatile int _family;

        internal void Arrived(AddressFamily? family) => _family = (int)(family ?? 0);

        internal bool HasArrived(IPAddress? at) => _family != 0 && (at == null || _family == (int)at.AddressFamily);
    }
}
