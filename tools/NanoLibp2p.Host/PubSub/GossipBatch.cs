using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>What one peer has said in one piece, for the router: it crosses from the peer's shard to the router's as one message.</summary>
internal sealed class GossipBatch : IShardWork
{
    private static readonly List<PeerExchange> _none = [];

    internal List<GossipEvent> Events { get; } = [];

    /// <summary>The peer's link, of another shard than the router's, on the way there.</summary>
    internal GossipLink? From { get; set; }

    /// <inheritdoc/>
    public void Run(Shard shard)
    {
        GossipLink link = From!;
        From = null;
        link.Protocol.Hub.Apply(link, this);

        // what was held back for want of room goes on
        if (link.RemoveBatch() == 0)
        {
            link.Protocol.Shard.Post(link);
        }
    }

    /// <inheritdoc/>
    public void Abandon() => Discard();

    internal void Add(GossipEventKind kind, string? topic = null, ulong number = 0)
        => Events.Add(new GossipEvent { Kind = kind, Topic = topic, Number = number });

    /// <summary>Gives the router everything, and is empty then.</summary>
    internal void Apply(GossipRouter router, GossipPeer peer)
    {
        // of an IHAVE that is not heeded its ids are not either
        bool isHeeded = false;
        foreach (GossipEvent one in Events)
        {
            switch (one.Kind)
            {
                case GossipEventKind.Subscribe:
                    router.OnSubscription(peer, one.Topic!, true);
                    break;
                case GossipEventKind.Unsubscribe:
                    router.OnSubscription(peer, one.Topic!, false);
                    break;
                case GossipEventKind.Graft:
                    router.OnGraft(peer, one.Topic!);
                    break;
                case GossipEventKind.Prune:
                    router.OnPrune(peer, one.Topic!, one.Number, one.Peers ?? _none);
                    break;
                case GossipEventKind.HaveBegin:
                    isHeeded = router.BeginHave(peer, one.Topic!);
                    break;
                case GossipEventKind.Have:
                    peer.HasKeyIds = one.IsKeyId;
                    if (isHeeded)
                    {
                        router.OnHave(peer, one.Number, one.Id!);
                    }

                    break;
                case GossipEventKind.Want:
                    router.OnWant(peer, one.Number);
                    break;
                case GossipEventKind.DontWant:
                    peer.HasKeyIds = one.IsKeyId;
                    router.OnDontWant(peer, one.Number);
                    break;
                case GossipEventKind.Extension:
                    router.OnExtension(peer, (int)one.Number);
                    break;
                case GossipEventKind.RpcEnd:
                    router.EndHave(peer);
                    GossipRouter.EndRpc(peer);
                    break;
                case GossipEventKind.Message:
                    router.OnMessage(peer, one.Message!);
                    break;
                case GossipEventKind.Duplicate:
                    router.OnDuplicate(peer, one.Topic!, one.Number);
                    break;
                case GossipEventKind.Invalid:
                    router.OnInvalid(peer, one.Topic!);
                    break;
                case GossipEventKind.Malformed:
                    router.Drop(GossipDrop.Malformed);
                    router.Offend(peer);
                    break;
                default:
                    router.Drop((GossipDrop)one.Number);
                    break;
            }
        }

        router.EndHave(peer);
        Events.Clear();
    }

    /// <summary>Gives up what nobody will take.</summary>
    internal void Discard()
    {
        foreach (GossipEvent one in Events)
        {
            one.Message?.Frame.Release();
        }

        Events.Clear();
    }
}
