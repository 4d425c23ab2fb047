using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// Whom a lookup asks next and when it is over: the state machine alone, which <see cref="KademliaService"/> moves. For one thread at a
/// time.
/// </summary>
/// <remarks>
/// <code>
///   a candidate:  Heard --TryNext--> Asked --Answered--> Answered
///                   ^                  +-----Failed----> Failed
///                   +--- once more, when another peer names it with other addresses
/// </code>
/// It is over when the closest that did not fail have all answered (3 as in go-libp2p, or k as in the kad-dht spec), or nobody is left:
/// k also while the one that is sought is named and was not where it is said to be, since those few may all be liars.
/// Only the k closest that did not fail are asked, and half of these, and half of the places in flight, at the most by the word of one
/// peer: one that names peers that don't exist holds up nobody else's.
/// </remarks>
internal sealed class Lookup(KademliaKey target, PeerId self, LookupLimits limits, PeerId? sought = null)
{
    // in the order of their distance
    private readonly List<Candidate> _candidates = [];
    private readonly Dictionary<PeerId, Candidate> _known = [];
    private int _inFlight;

    private enum State
    {
        Heard,
        Asked,
        Answered,
        Failed,
    }

    /// <summary>Requests so far.</summary>
    internal int Requests { get; private set; }

    /// <summary>How many peers, one naming the next, led to the farthest answer: 1 when those that were known from the beginning
    /// sufficed.</summary>
    internal int Hops { get; private set; }

    /// <summary>How many have answered.</summary>
    internal int Answers => _candidates.Count(one => one.State == State.Answered);

    /// <summary>How many it has in sight.</summary>
    internal int Count => _candidates.Count;

    /// <summary>Whether nothing more is to be asked or waited for.</summary>
    internal bool IsOver
    {
        get
        {
            int answered = 0;
            bool isAny = false;
            bool isMisplaced = sought != null && _known.TryGetValue(sought, out Candidate? named) && named.State == State.Failed;
            int enough = isMisplaced ? Math.Max(limits.Closest, limits.Breadth) : limits.Closest;
            foreach (Candidate one in _candidates)
            {
                switch (one.State)
                {
                    case State.Answered:
                        if (!isAny && ++answered >= enough)
                        {
                            return true;
                        }

                        break;
                    case State.Failed:
                        break;
                    default:
                        isAny = true;
                        break;
                }
            }

            return !isAny || (_inFlight == 0 && Requests >= limits.MaxRequests);
        }
    }

    /// <summary>Tells of a peer.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="addresses">Where it is said to be.</param>
    /// <param name="source">Who says so; null for this node's own knowledge.</param>
    internal void Add(PeerId peer, IReadOnlyList<Multiaddr> addresses, PeerId? source)
    {
        if (peer.Equals(self))
        {
            return;
        }

        if (_known.TryGetValue(peer, out Candidate? known))
        {
            Merge(known, addresses, source);
            return;
        }

        Candidate candidate = new(peer, KademliaKey.Of(peer), source)
        {
            Hop = source != null && _known.TryGetValue(source, out Candidate? teller) ? teller.Hop + 1 : 1,
        };
        candidate.Addresses.AddRange(addresses.Take(limits.MaxAddresses));
        int place = _candidates.FindIndex(one => target.CompareDistance(candidate.Place, one.Place) < 0);
        if (_candidates.Count >= limits.MaxCandidates)
        {
            // the farthest one that waits gives way to a closer one
            int last = _candidates.FindLastIndex(one => one.State is State.Heard or State.Failed);
            if (place < 0 || last < place)
            {
                return;
            }

            _known.Remove(_candidates[last].Peer);
            _candidates.RemoveAt(last);
        }

        _candidates.Insert(place < 0 ? _candidates.Count : place, candidate);
        _known.Add(peer, candidate);
    }

    /// <summary>The next one to ask. False when nobody is to be asked now.</summary>
    internal bool TryNext(out PeerId peer, out IReadOnlyList<Multiaddr> addresses)
    {
        peer = null!;
        addresses = [];
        if (_inFlight >= limits.Parallel || Requests >= limits.MaxRequests)
        {
            return false;
        }

        int seen = 0;
        Dictionary<PeerId, int> bySource = [];
        foreach (Candidate one in _candidates)
        {
            if (one.State == State.Failed)
            {
                continue;
            }

            // half of the breadth by one peer's word, too, as far as it is not proven
            if (one.State != State.Answered && one.Source != null)
            {
                int others = bySource.GetValueOrDefault(one.Source);
                if (others >= (limits.Breadth + 1) / 2)
                {
                    continue;
                }

                bySource[one.Source] = others + 1;
            }

            if (++seen > limits.Breadth)
            {
                return false;
            }

            if (one.State == State.Heard && InFlightOf(one.Source) < (limits.Parallel + 1) / 2)
            {
                one.State = State.Asked;
                _inFlight++;
                Requests++;
                peer = one.Peer;
                addresses = [.. one.Addresses];
                return true;
            }
        }

        return false;
    }

    /// <summary>A peer has answered.</summary>
    internal void Answered(PeerId peer)
    {
        if (Ended(peer, State.Answered) is { } one)
        {
            Hops = Math.Max(Hops, one.Hop);
        }
    }

    /// <summary>A peer could not be reached, or gave no answer that makes sense.</summary>
    internal void Failed(PeerId peer)
    {
        if (Ended(peer, State.Failed) is { HasOtherAddresses: true } one)
        {
            one.HasOtherAddresses = false;
            one.State = State.Heard;
        }
    }

    /// <summary>The closest that have answered, the closest first.</summary>
    internal List<PeerId> Closest(int count)
        => [.. _candidates.Where(one => one.State == State.Answered).Take(count).Select(one => one.Peer)];

    /// <summary>What was said of a peer's addresses.</summary>
    internal IReadOnlyList<Multiaddr> AddressesOf(PeerId peer) => _known.TryGetValue(peer, out Candidate? one) ? [.. one.Addresses] : [];

    private int InFlightOf(PeerId? source)
        => source == null ? 0 : _candidates.Count(one => one.State == State.Asked && source.Equals(one.Source));

    private Candidate? Ended(PeerId peer, State state)
    {
        if (!_known.TryGetValue(peer, out Candidate? one) || one.State != State.Asked)
        {
            return null;
        }

        one.State = state;
        _inFlight--;
        return one;
    }

    // A liar may have named it first, with addresses where it is not: so it gets one more try with what another says.
    private void Merge(Candidate known, IReadOnlyList<Multiaddr> addresses, PeerId? source)
    {
        bool isNew = false;
        foreach (Multiaddr address in addresses)
        {
            if (known.Addresses.Count < 2 * limits.MaxAddresses && !known.Addresses.Contains(address))
            {
                // those of the first try are not tried before them again
                known.Addresses.Insert(known.State == State.Heard ? known.Addresses.Count : 0, address);
                isNew = true;
            }
        }

        if (!isNew || known.IsOnceMore || Equals(source, known.Source))
        {
            return;
        }

        if (known.State == State.Failed)
        {
            known.State = State.Heard;
            known.IsOnceMore = true;
        }
        else if (known.State == State.Asked)
        {
            known.HasOtherAddresses = true;
            known.IsOnceMore = true;
        }
    }

    private sealed class Candidate(PeerId peer, KademliaKey place, PeerId? source)
    {
        internal PeerId Peer { get; } = peer;

        internal KademliaKey Place { get; } = place;

        internal PeerId? Source { get; } = source;

        internal List<Multiaddr> Addresses { get; } = [];

        internal State State { get; set; }

        internal int Hop { get; init; }

        /// <summary>It has had, or waits for, its second try.</summary>
        internal bool IsOnceMore { get; set; }

        /// <summary>Other addresses came while it was asked at the first ones.</summary>
        internal bool HasOtherAddresses { get; set; }
    }
}

/// <summary>The bounds of a <see cref="Lookup"/>.</summary>
/// <param name="Closest">So many of the closest must have answered.</param>
/// <param name="Breadth">Of so many of the closest that did not fail anybody is asked (k).</param>
/// <param name="Parallel">Requests at a time (alpha).</param>
/// <param name="MaxCandidates">Peers in sight.</param>
/// <param name="MaxRequests">Requests in all.</param>
/// <param name="MaxAddresses">Addresses of a peer that one other names.</param>
internal sealed record LookupLimits(int Closest, int Breadth, int Parallel, int MaxCandidates, int MaxRequests, int MaxAddresses);
