using System;
using System.Collections.Generic;
using System.Threading;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// How many log lines a minute one peer may cause, so that none fills the disk. What is left out is counted and told with the next line
/// about that peer. It remembers <see cref="MaxPeers"/> peers; the one that was silent longest is forgotten. From any thread.
/// </summary>
internal sealed class PeerLogLimiter(TimeProvider time, int perMinute)
{
    internal const int MaxPeers = 4096;

    private static readonly TimeSpan _window = TimeSpan.FromMinutes(1);

    private readonly Dictionary<PeerId, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byAge = [];
    private readonly Lock _turn = new();
    private int _perMinute = perMinute;

    /// <summary>Lines a minute of each peer.</summary>
    internal int PerMinute
    {
        set => Volatile.Write(ref _perMinute, value);
    }

    /// <summary>Whether a line about a peer may be logged now.</summary>
    /// <param name="peer">Whom it is about.</param>
    /// <param name="leftOut">How many were not, since the last that was.</param>
    internal bool Allows(PeerId peer, out int leftOut)
    {
        lock (_turn)
        {
            long now = time.GetTimestamp();
            if (_entries.TryGetValue(peer, out LinkedListNode<Entry>? node))
            {
                _byAge.Remove(node);
            }
            else
            {
                if (_entries.Count == MaxPeers)
                {
                    _entries.Remove(_byAge.First!.Value.Peer);
                    _byAge.RemoveFirst();
                }

                node = new LinkedListNode<Entry>(new Entry(peer) { Began = now });
                _entries.Add(peer, node);
            }

            _byAge.AddLast(node);
            Entry entry = node.Value;
            if (time.GetElapsedTime(entry.Began, now) >= _window)
            {
                entry.Began = now;
                entry.Lines = 0;
            }

            if (entry.Lines >= Volatile.Read(ref _perMinute))
            {
                entry.LeftOut++;
                leftOut = 0;
                return false;
            }

            entry.Lines++;
            leftOut = entry.LeftOut;
            entry.LeftOut = 0;
            return true;
        }
    }

    private sealed class Entry(PeerId peer)
    {
        internal PeerId Peer { get; } = peer;

        internal long Began { get; set; }

        internal int Lines { get; set; }

        internal int LeftOut { get; set; }
    }
}
