using System;
using System.Collections;
using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>Peers of which some are drawn at random without looking at all of them.</summary>
internal sealed class GossipPeerSet : IReadOnlyCollection<GossipPeer>
{
    private readonly List<GossipPeer> _all = [];
    private readonly Dictionary<GossipPeer, int> _places = [];

    /// <inheritdoc/>
    public int Count => _all.Count;

    /// <inheritdoc/>
    public IEnumerator<GossipPeer> GetEnumerator() => _all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool Contains(GossipPeer peer) => _places.ContainsKey(peer);

    internal void Add(GossipPeer peer)
    {
        if (_places.TryAdd(peer, _all.Count))
        {
            _all.Add(peer);
        }
    }

    internal void Remove(GossipPeer peer)
    {
        if (_places.Remove(peer, out int place))
        {
            GossipPeer last = _all[^1];
            _all.RemoveAt(_all.Count - 1);
            if (last != peer)
            {
                Put(last, place);
            }
        }
    }

    /// <summary>The next of a draw without repetition.</summary>
    /// <param name="drawn">How many were drawn before, below <see cref="Count"/>.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <returns>One of those that were not drawn yet, each as likely.</returns>
    internal GossipPeer Draw(int drawn, Random random)
    {
        int place = random.Next(drawn, _all.Count);
        GossipPeer peer = _all[place];
        Put(_all[drawn], place);
        Put(peer, drawn);
        return peer;
    }

    private void Put(GossipPeer peer, int place)
    {
        _all[place] = peer;
        _places[peer] = place;
    }
}
