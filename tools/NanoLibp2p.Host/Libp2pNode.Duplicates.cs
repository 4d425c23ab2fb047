using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Host.Relay;

namespace NanoLibp2p.Host;

// Several connections to one peer: which of them is used, and when the others are closed.
//
// They come from both sides dialling at once, from an address without a peer id, from a peer that has lost its end, and from a direct
// way beside one through a relay. Go and js keep them all and agree on nothing. Here:
//
// - One is used, by a rule that two nodes of this library apply alike: a direct one before one through a relay; of two that both
//   sides dialled within Simultaneous of each other the one that the peer with the greater id dialled; else the newest, as the older may be
//   one that the peer has forgotten.
// - The others are closed once they are idle: soon by the side that dialled them, later and after a random time by the other. So where the
//   two don't agree on the rule (a clock that runs differently, a peer of another kind), they close none or one, never both.
// - Idle is without any stream but pubsub's, and with those only where the peer also hears and tells us on the one that is used: js opens
//   one stream for all its connections, and does not open another when that one's connection ends.
public sealed partial class Libp2pNode
{
    private static readonly TimeSpan _simultaneous = TimeSpan.FromSeconds(10);

    /// <summary>Looks whether a connection is one too many, and closes it when it has been idle for long enough. On its shard's
    /// thread, about once a second.</summary>
    internal void Settle(ShardConnection connection, long nowMs)
    {
        ShardConnection used;
        lock (_peers)
        {
            if (!_peers.TryGetValue(connection.Peer!, out List<ShardConnection>? all) || all.Count < 2)
            {
                connection.HasDuplicate = false;
                return;
            }

            used = Used(all);
        }

        if (used == connection || !connection.IsIdleBeside(used))
        {
            connection.IdleSince = nowMs;
            return;
        }

        double grace = _options.DuplicateGrace.TotalMilliseconds;
        if (connection.Connection.IsInbound)
        {
            connection.Patience = connection.Patience > 0 ? connection.Patience : 3 + 3 * Random.Shared.NextDouble();
            grace *= connection.Patience;
        }

        if (nowMs - connection.IdleSince >= grace)
        {
            connection.Connection.Close(CloseReason.Supplanted, 0);
            connection.Schedule();
        }
    }

    // which connection of a peer new streams are opened on
    private ShardConnection Used(List<ShardConnection> all)
    {
        ShardConnection used = all[0];
        for (int i = 1; i < all.Count; i++)
        {
            ShardConnection next = all[i];
            if (RelayService.IsDirect(used) != RelayService.IsDirect(next))
            {
                used = RelayService.IsDirect(used) ? used : next;
                continue;
            }

            bool isSimultaneous = used.Info!.IsInbound != next.Info!.IsInbound && next.Info.Opened - used.Info.Opened < _simultaneous;
            bool isPeerGreater = next.Peer!.ToBytes().AsSpan().SequenceCompareTo(PeerId.ToBytes()) > 0;
            used = !isSimultaneous || next.Info.IsInbound == isPeerGreater ? next : used;
        }

        return used;
    }
}
