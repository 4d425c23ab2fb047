using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

/// <summary>A connected peer, as the router sees it.</summary>
internal sealed class GossipPeer
{
    private volatile bool _isGraylisted;
    private long _beat = -1;

    internal GossipPeer(PeerId id, string? address, bool isOutbound, bool isDirect)
    {
        Id = id;
        Address = address;
        IsOutbound = isOutbound;
        IsDirect = isDirect;
    }

    internal PeerId Id { get; }

    /// <summary>Its host, for P6; null where that doesn't count.</summary>
    internal string? Address { get; }

    /// <summary>Whether we dialled it.</summary>
    internal bool IsOutbound { get; }

    internal bool IsDirect { get; }

    /// <summary>What it speaks on the stream that we write on; None while there is none.</summary>
    internal GossipVersion Version { get; set; }

    internal bool CanGossip => Version >= GossipVersion.V10;

    /// <summary>Whether nothing of it is read. For all threads.</summary>
    internal bool IsGraylisted
    {
        get => _isGraylisted;
        set => _isGraylisted = value;
    }

    internal bool IsHere { get; set; } = true;

    /// <summary>Messages of it that were older than what is known of their author.</summary>
    internal int OldMessages { get; set; }

    /// <summary>The driver's own.</summary>
    internal object? Tag { get; set; }

    /// <summary>Topics that it subscribed to.</summary>
    internal HashSet<TopicState> Topics { get; } = [];

    internal PeerStats? Stats { get; set; }

    /// <summary>
    /// Whether its message ids are js-libp2p's, which lack the author's two bytes before the key; null while none has come.
    /// </summary>
    internal bool? HasKeyIds { get; set; }

    /// <summary>Extensions that it speaks (gossipsub 1.3), by field number; null while it has said none.</summary>
    internal List<int>? Extensions { get; set; }

    /// <summary>Whether its first RPC has come: extensions after it don't count.</summary>
    internal bool HasSpoken { get; set; }

    /// <summary>Topics that it grafted us in before there was a stream to write on.</summary>
    internal HashSet<string>? EarlyGrafts { get; set; }

    /// <summary>What is to be told to it at the end of this turn; null when nothing is.</summary>
    internal PendingControl? Pending { get; set; }

    // counts of this heartbeat
    internal int Haves { get; set; }

    /// <summary>Whether the RPC under way has an IHAVE, which counts once.</summary>
    internal bool IsHaving { get; set; }

    internal int Asked { get; set; }

    internal int Wants { get; set; }

    internal int Grafts { get; set; }

    internal int DontWants { get; set; }

    /// <summary>Messages that it need not be sent, and the heartbeat until which.</summary>
    internal Dictionary<ulong, long>? Unwanted { get; private set; }

    /// <summary>Has the counts begin anew with each heartbeat, where it has something to count: idle peers cost nothing.</summary>
    internal void Count(long beat)
    {
        if (_beat == beat)
        {
            return;
        }

        _beat = beat;
        Haves = 0;
        Asked = 0;
        Wants = 0;
        Grafts = 0;
        DontWants = 0;
        if (Unwanted is { Count: > 0 })
        {
            List<ulong> over = [];
            foreach ((ulong hash, long until) in Unwanted)
            {
                if (until < beat)
                {
                    over.Add(hash);
                }
            }

            foreach (ulong hash in over)
            {
                Unwanted.Remove(hash);
            }
        }
    }

    internal void AddUnwanted(ulong hash, long untilBeat) => (Unwanted ??= [])[hash] = untilBeat;

    internal bool IsUnwanted(ulong hash, long beat) => Unwanted != null && Unwanted.TryGetValue(hash, out long until) && until >= beat;
}
