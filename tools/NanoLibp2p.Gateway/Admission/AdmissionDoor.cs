using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Admission;

/// <summary>
/// Where peers show their tokens, and where those without are shown out when admission is required: they have
/// <c>admission.graceSeconds</c> for it, at most <see cref="MaxWaiting"/> of them at a time.
/// </summary>
/// <remarks>
/// <code>
/// /nanolibp2p/admission/1.0.0, messages behind their length as an unsigned varint:
///   the peer:     the token's envelope, at most 1,024 bytes
///   the gateway:  protobuf, 1 varint AdmissionVerdict, 2 string why not, in words
/// </code>
/// </remarks>
internal sealed class AdmissionDoor
{
    internal const string Protocol = "/nanolibp2p/admission/1.0.0";

    /// <summary>Peers without a token that may be connected at a time, where one is required.</summary>
    internal const int MaxWaiting = 256;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    private readonly Libp2pNode _node;
    private readonly AdmissionList _list;
    private readonly TimeProvider _time;
    private readonly Func<TimeSpan?> _grace;
    private readonly Action<PeerId, string> _refused;
    private readonly ConcurrentDictionary<PeerId, long> _waiting = [];

    /// <param name="node">The node.</param>
    /// <param name="list">Who is admitted.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="grace">How long a peer has to show its token; null while none is required.</param>
    /// <param name="refused">Told of each that is shown out, with the reason.</param>
    internal AdmissionDoor(Libp2pNode node, AdmissionList list, TimeProvider time, Func<TimeSpan?> grace, Action<PeerId, string> refused)
    {
        _node = node;
        _list = list;
        _time = time;
        _grace = grace;
        _refused = refused;
        node.Handle(Protocol, AnswerAsync);
    }

    /// <summary>Shows out who is not admitted, for as long as admission is required.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(_look, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                await LookAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // the gateway ends
        }
    }

    // callers without a token wait; one that we dial is one that we want
    private async Task LookAsync()
    {
        if (_grace() is not { } grace)
        {
            _waiting.Clear();
            return;
        }

        PeerId[] without = [.. _node.Connections.Where(one => one.IsInbound && _list.ClassOf(one.Peer) == null)
            .Select(one => one.Peer).Distinct()];
        foreach (PeerId gone in _waiting.Keys.Except(without))
        {
            _waiting.TryRemove(gone, out long _);
        }

        foreach (PeerId peer in without)
        {
            if (!_waiting.TryGetValue(peer, out long since))
            {
                if (_waiting.Count < MaxWaiting)
                {
                    _waiting[peer] = _time.GetTimestamp();
                    continue;
                }

                await ShowOutAsync(peer, $"{MaxWaiting} peers without a token are waiting already").ConfigureAwait(false);
            }
            else if (_time.GetElapsedTime(since) >= grace)
            {
                await ShowOutAsync(peer, $"it has shown no token within {grace.TotalSeconds} s").ConfigureAwait(false);
            }
        }
    }

    private async Task ShowOutAsync(PeerId peer, string why)
    {
        _waiting.TryRemove(peer, out long _);
        _refused(peer, why);
        await _node.DisconnectAsync(peer).ConfigureAwait(false);
    }

    private async Task AnswerAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        MessageStream messages = new(stream, _patience);
        byte[]? bytes = await messages.ReadMessageAsync(AdmissionToken.MaxBytes, cancellationToken).ConfigureAwait(false);
        AdmissionVerdict verdict = bytes == null ? AdmissionVerdict.Malformed : _list.Show(stream.RemotePeer, bytes);
        if (verdict == AdmissionVerdict.Admitted)
        {
            _waiting.TryRemove(stream.RemotePeer, out long _);
        }

        ProtobufMessage answer = new ProtobufMessage().Varint(1, (ulong)verdict);
        if (verdict != AdmissionVerdict.Admitted)
        {
            AdmissionToken? token = AdmissionToken.Open(bytes, out string _);
            answer.Bytes(2, Encoding.UTF8.GetBytes(AdmissionList.Describe(verdict, token)));
        }

        await messages.WriteMessageAsync(answer.ToArray(), cancellationToken).ConfigureAwait(false);
    }
}
