using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Page;

/// <summary>Who was refused lately, and why: what the node tells, and what the gateway itself decides. From any thread.</summary>
internal sealed class RefusalLog(TimeProvider time, Func<PeerId, bool> isBlocked)
{
    /// <summary>Refusals of the gateway's own that are kept.</summary>
    internal const int MaxOwn = 100;

    private readonly Lock _turn = new();
    private readonly Queue<RefusalJson> _own = new();

    /// <summary>The gateway shows a peer out.</summary>
    internal void Add(PeerId peer, string why)
    {
        lock (_turn)
        {
            if (_own.Count == MaxOwn)
            {
                _own.Dequeue();
            }

            _own.Enqueue(new RefusalJson(time.GetUtcNow().ToUnixTimeMilliseconds(), peer.ToString(), null, "Refused", why, 0));
        }
    }

    /// <summary>The newest, with those among a node's events; the newest first.</summary>
    internal IReadOnlyList<RefusalJson> Newest(IReadOnlyList<NodeEvent> events, int most)
    {
        RefusalJson[] own;
        lock (_turn)
        {
            own = [.. _own];
        }

        return [.. events.Where(IsRefusal).Select(Of).Concat(own).OrderByDescending(one => one.Time).Take(most)];
    }

    private static bool IsRefusal(NodeEvent one)
        => one.Kind is NodeEventKind.Refused or NodeEventKind.HandshakeFailed or NodeEventKind.DialFailed or NodeEventKind.MessagesDropped
            or NodeEventKind.UpgradeFailed;

    // the node knows that the gateway's gate said no, and the gateway why
    private RefusalJson Of(NodeEvent one) => new(
        one.Time.ToUnixTimeMilliseconds(), one.Peer?.ToString(), MeshView.Short(one.Address), one.Kind.ToString(),
        one.Refusal == RefusalReason.Gate && one.Peer != null && isBlocked(one.Peer) ? "it is on the block list"
            : MeshView.Short(one.Text)!,
        one.Suppressed);
}
