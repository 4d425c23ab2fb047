using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>The values that a lookup was told, who told them, and which is the best. What is not valid is not taken.</summary>
internal sealed class ValueTally(byte[] key, IValueValidator validator, int maxDifferent)
{
    private readonly Dictionary<byte[], HashSet<PeerId>> _values = new(BytesComparer.Instance);

    /// <summary>The best so far; null without any.</summary>
    internal byte[]? Best { get; private set; }

    /// <summary>How many peers have told the best.</summary>
    internal int BestCount => Best == null ? 0 : _values[Best].Count;

    /// <summary>Takes a value of a peer, or of this node's own (null).</summary>
    internal void Take(PeerId? peer, byte[] value)
    {
        if (!validator.IsValid(key, value))
        {
            return;
        }

        if (!_values.TryGetValue(value, out HashSet<PeerId>? tellers))
        {
            if (_values.Count >= maxDifferent)
            {
                // the best stays, and another one makes room
                _values.Remove(_values.Keys.First(one => !ReferenceEquals(one, Best)));
            }

            tellers = [];
            _values.Add(value, tellers);
            Best = Best == null || validator.Select(key, [Best, value]) != 0 ? value : Best;
        }

        if (peer != null)
        {
            tellers.Add(peer);
        }
    }

    /// <summary>Whether a peer has told the best.</summary>
    internal bool HasBest(PeerId peer) => Best != null && _values[Best].Contains(peer);
}
