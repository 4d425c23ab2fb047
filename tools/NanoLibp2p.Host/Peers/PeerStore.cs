using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// What is known of peers: addresses with who said so and until when, protocols, program, when they were last seen. In memory alone, and
/// bounded as a whole and for each peer. From any thread.
/// </summary>
public sealed partial class PeerStore
{
    // strings that many peers have in common
    private const int MaxShared = 4096;

    // what the objects and tables of each take beside its bytes, rounded up
    private const int PeerCost = 512;
    private const int AddressCost = 224;
    private const int StringCost = 32;

    private static readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    private static string[] _lastProtocols = [];

    private readonly Dictionary<PeerId, Entry> _entries = [];

    // those that may be dropped, the least recently useful first: not the connected ones
    private readonly LinkedList<Entry> _order = new();
    private readonly PeerStoreOptions _options;
    private readonly TimeProvider _time;
    private long _bytes;

    /// <summary>Makes an empty one.</summary>
    /// <param name="options">Its bounds.</param>
    /// <param name="time">The clock that addresses expire by.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public PeerStore(PeerStoreOptions options, TimeProvider time)
    {
        options.Check();
        _options = options;
        _time = time;
    }

    /// <summary>Everybody in it.</summary>
    public IReadOnlyList<PeerId> Peers
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries.Keys];
            }
        }
    }

    /// <summary>How many peers are in it.</summary>
    public int Count
    {
        get
        {
            lock (_entries)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Bytes that it takes, by estimate.</summary>
    public long Bytes
    {
        get
        {
            lock (_entries)
            {
                return _bytes;
            }
        }
    }

    /// <summary>What is known of a peer; null when nothing is. Asking is no use of it.</summary>
    public PeerInfo? Find(PeerId peer)
    {
        lock (_entries)
        {
            return _entries.TryGetValue(peer, out Entry? entry)
                ? new PeerInfo(peer, Living(entry), entry.Protocols, entry.Agent, entry.LastSeen)
                : null;
        }
    }

    /// <summary>The addresses of a peer that have not expired; what is worth more comes first. Counts as a use of it.</summary>
    public IReadOnlyList<PeerAddress> Addresses(PeerId peer)
    {
        lock (_entries)
        {
            if (!_entries.TryGetValue(peer, out Entry? entry))
            {
                return [];
            }

            Use(entry);
            return Living(entry);
        }
    }

    /// <summary>Whether a peer has said that it answers a protocol. False also when it has said nothing yet.</summary>
    public bool Supports(PeerId peer, string protocol)
    {
        lock (_entries)
        {
            return _entries.TryGetValue(peer, out Entry? entry) && entry.Protocols.Contains(protocol);
        }
    }

    /// <summary>Notes where a peer may be.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="addresses">Addresses with or without its id; those with another's are passed over. Of one peer
    /// <see cref="PeerIdentification.MaxAddresses"/> are kept, those that expire last.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="lifetime">For how long; TimeSpan.MaxValue for ever. An address that is there already stays for the longer of
    /// both.</param>
    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, AddressSource source, TimeSpan lifetime)
    {
        DateTimeOffset expires = After(lifetime);
        lock (_entries)
        {
            Entry entry = Get(peer);
            foreach (Multiaddr address in addresses)
            {
                Add(entry, address, source, expires);
            }

            Use(entry);
            Trim();
        }
    }

    /// <summary>Forgets an address of a peer.</summary>
    public void RemoveAddress(PeerId peer, Multiaddr address)
    {
        lock (_entries)
        {
            if (_entries.TryGetValue(peer, out Entry? entry))
            {
                Remove(entry, address.WithoutPeerId() ?? address);
            }
        }
    }

    /// <summary>Forgets a peer. One that is connected is known again when it next says something of itself.</summary>
    public void Remove(PeerId peer)
    {
        lock (_entries)
        {
            if (_entries.TryGetValue(peer, out Entry? entry))
            {
                if (entry.Connections > 0)
                {
                    Clear(entry);
                }
                else
                {
                    Drop(entry);
                }
            }
        }
    }

    /// <summary>The one copy of a protocol id that most peers have, so that thousands of them don't keep thousands.</summary>
    internal static string Shared(string text)
    {
        lock (_shared)
        {
            if (_shared.TryGetValue(text, out string? known))
            {
                return known;
            }

            if (_shared.Count < MaxShared)
            {
                _shared.Add(text, text);
            }

            return text;
        }
    }

    /// <summary>The same for a whole list of them: thousands of devices run one program.</summary>
    internal static IReadOnlyList<string> Shared(List<string> protocols)
    {
        string[] last = Volatile.Read(ref _lastProtocols);
        if (!protocols.SequenceEqual(last))
        {
            last = [.. protocols];
            Volatile.Write(ref _lastProtocols, last);
        }

        return last;
    }

    /// <summary>A connection to it has opened; when we dialled, its address is good; a caller's is not, though we may have
    /// begun the handshake (hole punching).</summary>
    internal void Opened(PeerConnection connection)
    {
        lock (_entries)
        {
            Entry entry = Get(connection.Peer);
            if (entry.Connections++ == 0)
            {
                _order.Remove(entry.Place);
            }

            entry.LastSeen = _time.GetUtcNow();
            if (!connection.IsInbound && !connection.Own.Link.IsCall && connection.RemoteAddress != null)
            {
                Add(entry, connection.RemoteAddress, AddressSource.Dialed, DateTimeOffset.MaxValue);
            }

            Use(entry);
            Trim();
        }
    }

    /// <summary>A connection to it has ended: what it said of itself, and where it was reached, expires after a while.</summary>
    internal void Closed(PeerId peer)
    {
        lock (_entries)
        {
            if (!_entries.TryGetValue(peer, out Entry? entry))
            {
                return;
            }

            entry.LastSeen = _time.GetUtcNow();
            if (entry.Connections > 0 && --entry.Connections == 0)
            {
                DateTimeOffset expires = After(_options.KeepAfterDisconnect);
                foreach (PeerAddress address in entry.Addresses.Values.ToArray())
                {
                    if (address.Source is AddressSource.Identify or AddressSource.SignedRecord or AddressSource.Dialed
                        && address.Expires == DateTimeOffset.MaxValue)
                    {
                        entry.Addresses[address.Address] = address with { Expires = expires };
                    }
                }

                _order.AddLast(entry.Place);
                Trim();
            }
        }
    }

    /// <summary>A connected peer has said something of itself. What it left out of a push is filled in with what it said
    /// before.</summary>
    internal PeerIdentification Identified(PeerIdentification said)
    {
        lock (_entries)
        {
            Entry entry = Get(said.Peer);
            if (said.IsPush)
            {
                Multiaddr[] before = [.. entry.Addresses.Values.Where(one => one.Source == AddressSource.Identify).Select(one
                    => one.Address)];
                said = said with
                {
                    Protocols = said.Protocols.Count > 0 ? said.Protocols : entry.Protocols,
                    AgentVersion = said.AgentVersion.Length > 0 ? said.AgentVersion : entry.Agent,
                    ListenAddresses = said.ListenAddresses.Count > 0 ? said.ListenAddresses : before,
                };
            }

            // in place of what it said before
            RemoveAddresses(entry, one => one.Source == AddressSource.Identify);

            DateTimeOffset expires = entry.Connections > 0 ? DateTimeOffset.MaxValue : After(_options.KeepAfterDisconnect);
            foreach (Multiaddr address in said.ListenAddresses)
            {
                Add(entry, address, AddressSource.Identify, expires);
            }

            entry.LastSeen = _time.GetUtcNow();
            SetTexts(entry, [], "");
            Use(entry);
            Trim();
            SetTexts(entry, said.Protocols, said.AgentVersion);
            return said;
        }
    }

    /// <summary>A peer has refused a protocol that it said it speaks.</summary>
    internal void Forget(PeerId peer, string protocol)
    {
        lock (_entries)
        {
            if (_entries.TryGetValue(peer, out Entry? entry) && entry.Protocols.Contains(protocol))
            {
                SetTexts(entry, [.. entry.Protocols.Where(one => one != protocol)], entry.Agent);
            }
        }
    }

    internal static long Cost(Multiaddr address) => AddressCost + address.ToBytes().Length;

    internal static long Cost(IReadOnlyList<string> protocols, string agent)
    {
        long cost = 2 * agent.Length;
        foreach (string protocol in protocols)
        {
            cost += StringCost + 2 * protocol.Length;
        }

        return cost;
    }

    private DateTimeOffset After(TimeSpan lifetime)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return lifetime >= DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + lifetime;
    }

    private List<PeerAddress> Living(Entry entry)
    {
        DateTimeOffset now = _time.GetUtcNow();
        RemoveAddresses(entry, one => one.Expires <= now);
        return [.. entry.Addresses.Values.OrderByDescending(one => one.Source)];
    }

    private Entry Get(PeerId peer)
    {
        if (!_entries.TryGetValue(peer, out Entry? entry))
        {
            entry = new Entry(peer);
            _entries.Add(peer, entry);
            _order.AddLast(entry.Place);
            _bytes += PeerCost;
        }

        return entry;
    }

    private void Use(Entry entry)
    {
        if (entry.Connections == 0)
        {
            _order.Remove(entry.Place);
            _order.AddLast(entry.Place);
        }
    }

    private void Add(Entry entry, Multiaddr address, AddressSource source, DateTimeOffset expires)
    {
        PeerId? named = address.PeerId;
        Multiaddr? bare = named == null ? address : named.Equals(entry.Peer) ? address.WithoutPeerId() : null;
        if (bare == null)
        {
            return;
        }

        if (entry.Addresses.TryGetValue(bare, out PeerAddress? known))
        {
            entry.Addresses[bare] = new PeerAddress(known.Address, known.Source > source ? known.Source : source,
                known.Expires > expires ? known.Expires : expires);
            return;
        }

        if (entry.Addresses.Count >= PeerIdentification.MaxAddresses)
        {
            PeerAddress first = entry.Addresses.Values.MinBy(one => one.Expires)!;
            if (first.Expires >= expires)
            {
                return;
            }

            Remove(entry, first.Address);
        }

        if (_bytes + Cost(bare) > _options.MaxBytes)
        {
            MakeRoom(entry, Cost(bare));
            if (_bytes + Cost(bare) > _options.MaxBytes)
            {
                return;
            }
        }

        entry.Add(new PeerAddress(bare, source, expires));
        _bytes += Cost(bare);
    }

    private void Remove(Entry entry, Multiaddr address)
    {
        if (entry.Addresses.Remove(address))
        {
            _bytes -= Cost(address);
        }
    }

    private void RemoveAddresses(Entry entry, Func<PeerAddress, bool> which)
    {
        foreach (PeerAddress address in entry.Addresses.Values.Where(which).ToArray())
        {
            Remove(entry, address.Address);
        }
    }

    private void SetTexts(Entry entry, IReadOnlyList<string> protocols, string agent)
    {
        _bytes -= Cost(entry.Protocols, entry.Agent);
        entry.Protocols = [];
        entry.Agent = "";
        long cost = Cost(protocols, agent);
        MakeRoom(entry, cost);
        if (_bytes + cost <= _options.MaxBytes)
        {
            entry.Protocols = protocols;
            entry.Agent = agent;
            _bytes += cost;
        }
    }

    // drops peers until so much more fits, or nobody else is left who may go
    private void MakeRoom(Entry keep, long cost)
    {
        LinkedListNode<Entry>? next = _order.First;
        while (next != null && _bytes + cost > _options.MaxBytes)
        {
            Entry entry = next.Value;
            next = next.Next;
            if (entry != keep)
            {
                Drop(entry);
            }
        }
    }

    private void Trim()
    {
        while (_order.First is { } first && (_entries.Count > _options.MaxPeers || _bytes > _options.MaxBytes))
        {
            Drop(first.Value);
        }
    }

    private void Clear(Entry entry)
    {
        RemoveAddresses(entry, _ => true);
        SetTexts(entry, [], "");
        SetRecord(entry, null);
    }

    private void Drop(Entry entry)
    {
        Clear(entry);
        _entries.Remove(entry.Peer);
        _order.Remove(entry.Place);
        _bytes -= PeerCost;
    }

    private sealed class Entry
    {
        private static readonly Dictionary<Multiaddr, PeerAddress> _none = [];

        internal readonly PeerId Peer;
        internal readonly LinkedListNode<Entry> Place;
        internal IReadOnlyList<string> Protocols = [];
        internal string Agent = "";
        internal DateTimeOffset? LastSeen;
        internal Core.Records.PeerRecord? Record;
        internal int Connections;

        // a device that calls has none
        private Dictionary<Multiaddr, PeerAddress>? _addresses;

        internal Entry(PeerId peer)
        {
            Peer = peer;
            Place = new LinkedListNode<Entry>(this);
        }

        /// <summary>Read and removed from here, added to by <see cref="Add"/>.</summary>
        internal Dictionary<Multiaddr, PeerAddress> Addresses => _addresses ?? _none;

        internal void Add(PeerAddress address) => (_addresses ??= []).Add(address.Address, address);
    }
}
