using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>
/// The registrations of a point, each with a sequence number: a cookie is such a number, and what comes after it is new. For one thread at
/// a time.
/// </summary>
internal sealed class RendezvousRegistry
{
    private const int SequenceBytes = 8;
    private const int MacBytes = 16;

    private readonly RendezvousPointOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<(string Name, PeerId Peer), Entry> _entries = [];
    private readonly Dictionary<string, LinkedList<Entry>> _names = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _all = new();
    private readonly Dictionary<PeerId, int> _perPeer = [];
    private readonly Dictionary<IPNetwork, int> _perNetwork = [];

    // nobody else can make a cookie; those of the last start are none
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private ulong _sequence;
    private long _bytes;

    internal RendezvousRegistry(RendezvousPointOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        foreach (RendezvousRegistration one in options.Store?.Load() ?? [])
        {
            if (one.Expires > time.GetUtcNow() && _entries.Count < options.MaxRegistrations)
            {
                Insert(one);
            }
        }
    }

    /// <summary>Registrations that are kept.</summary>
    internal int Count => _entries.Count;

    /// <summary>Whether a peer may register so.</summary>
    internal RendezvousStatus Add(string name, PeerRecord record, TimeSpan ttl, IPNetwork? network)
    {
        bool isKnown = _entries.TryGetValue((name, record.Peer), out Entry? known);
        if (isKnown && record.Sequence < known!.Registration.Record.Sequence)
        {
            return RendezvousStatus.InvalidSignedPeerRecord;
        }

        int old = isKnown ? 1 : 0;
        long oldBytes = isKnown ? CostOf(known!.Registration) : 0;
        RendezvousRegistration registration = new(name, record, _time.GetUtcNow() + ttl) { Network = network };
        if (_entries.Count - old >= _options.MaxRegistrations || _bytes - oldBytes + CostOf(registration) > _options.MaxBytes
            || _perPeer.GetValueOrDefault(record.Peer) - old >= _options.MaxRegistrationsPerPeer
            || (network != null && _perNetwork.GetValueOrDefault(network.Value)
                - (isKnown && known!.Registration.Network == network ? 1 : 0) >= _options.MaxRegistrationsPerNetwork))
        {
            return RendezvousStatus.Unavailable;
        }

        if (isKnown)
        {
            Delete(known!);
        }

        Insert(registration);
        _options.Store?.Put(registration);
        return RendezvousStatus.Ok;
    }

    /// <summary>Ends a registration; of one that there is not, nothing happens.</summary>
    internal void Remove(string name, PeerId peer)
    {
        if (_entries.TryGetValue((name, peer), out Entry? entry))
        {
            Delete(entry);
            _options.Store?.Remove(name, peer);
        }
    }

    /// <summary>Ends those whose time is over.</summary>
    internal void Sweep()
    {
        DateTimeOffset now = _time.GetUtcNow();
        LinkedListNode<Entry>? next = _all.First;
        while (next != null)
        {
            Entry entry = next.Value;
            next = next.Next;
            if (entry.Registration.Expires <= now)
            {
                Remove(entry.Registration.Namespace, entry.Registration.Record.Peer);
            }
        }
    }

    /// <summary>The registrations of a namespace, or all, that came after a cookie.</summary>
    /// <param name="name">The namespace; null for all.</param>
    /// <param name="limit">As many at the most, and as fit an answer.</param>
    /// <param name="cookie">Of an answer before; null for none.</param>
    /// <param name="page">What was found.</param>
    internal RendezvousStatus Discover(string? name, int limit, byte[]? cookie, out RendezvousPage page)
    {
        page = new RendezvousPage([], []);
        ulong after = 0;
        if (cookie is { Length: > 0 } && !ReadCookie(name, cookie, out after))
        {
            return RendezvousStatus.InvalidCookie;
        }

        List<RendezvousRegistration> found = [];
        LinkedListNode<Entry>? next = First(name == null ? _all : _names.GetValueOrDefault(name), after);
        int room = RendezvousMessage.MaxAnswer - 1024;
        DateTimeOffset now = _time.GetUtcNow();
        for (; next != null && found.Count < limit; next = next.Next)
        {
            RendezvousRegistration one = next.Value.Registration;
            room -= RendezvousMessage.SizeOf(one.Namespace, one.Record.Envelope.Bytes.Length);
            if (room < 0)
            {
                break;
            }

            after = next.Value.Sequence;
            if (one.Expires > now)
            {
                found.Add(one);
            }
        }

        page = new RendezvousPage(found, MakeCookie(name, after));
        return RendezvousStatus.Ok;
    }

    private static LinkedListNode<Entry>? First(LinkedList<Entry>? list, ulong after)
    {
        if (after == 0)
        {
            return list?.First;
        }

        LinkedListNode<Entry>? first = null;
        for (LinkedListNode<Entry>? at = list?.Last; at != null && at.Value.Sequence > after; at = at.Previous)
        {
            first = at;
        }

        return first;
    }

    private void Insert(RendezvousRegistration registration)
    {
        Entry entry = new(registration, ++_sequence);
        _entries[(registration.Namespace, registration.Record.Peer)] = entry;
        if (!_names.TryGetValue(registration.Namespace, out LinkedList<Entry>? list))
        {
            list = new LinkedList<Entry>();
            _names.Add(registration.Namespace, list);
        }

        list.AddLast(entry.InName);
        _all.AddLast(entry.InAll);
        _bytes += CostOf(registration);
        Tally(_perPeer, registration.Record.Peer, 1);
        if (registration.Network is { } network)
        {
            Tally(_perNetwork, network, 1);
        }
    }

    private void Delete(Entry entry)
    {
        RendezvousRegistration one = entry.Registration;
        _entries.Remove((one.Namespace, one.Record.Peer));
        _all.Remove(entry.InAll);
        LinkedList<Entry> list = _names[one.Namespace];
        list.Remove(entry.InName);
        if (list.Count == 0)
        {
            _names.Remove(one.Namespace);
        }

        _bytes -= CostOf(one);
        Tally(_perPeer, one.Record.Peer, -1);
        if (one.Network is { } network)
        {
            Tally(_perNetwork, network, -1);
        }
    }

    private static void Tally<T>(Dictionary<T, int> counts, T key, int change)
        where T : notnull
    {
        int count = counts.GetValueOrDefault(key) + change;
        if (count == 0)
        {
            counts.Remove(key);
        }
        else
        {
            counts[key] = count;
        }
    }

    // the record's bytes and its payload once more, and what the objects and tables take
    private static long CostOf(RendezvousRegistration one)
        => 768 + (2 * one.Namespace.Length) + (3L * one.Record.Envelope.Bytes.Length) + (96L * one.Record.Addresses.Count);

    private byte[] MakeCookie(string? name, ulong sequence)
    {
        byte[] cookie = new byte[SequenceBytes + MacBytes];
        BinaryPrimitives.WriteUInt64BigEndian(cookie, sequence);
        Mac(name, cookie.AsSpan(0, SequenceBytes)).AsSpan(0, MacBytes).CopyTo(cookie.AsSpan(SequenceBytes));
        return cookie;
    }

    private bool ReadCookie(string? name, byte[] cookie, out ulong sequence)
    {
        sequence = 0;
        if (cookie.Length != SequenceBytes + MacBytes || !CryptographicOperations.FixedTimeEquals(
            Mac(name, cookie.AsSpan(0, SequenceBytes)).AsSpan(0, MacBytes), cookie.AsSpan(SequenceBytes)))
        {
            return false;
        }

        sequence = BinaryPrimitives.ReadUInt64BigEndian(cookie);
        return true;
    }

    // all namespaces are another thing than the empty one
    private byte[] Mac(string? name, ReadOnlySpan<byte> sequence)
    {
        byte[] bytes = [(byte)(name == null ? 0 : 1), .. sequence, .. Encoding.UTF8.GetBytes(name ?? "")];
        return HMACSHA256.HashData(_key, bytes);
    }

    private sealed class Entry
    {
        internal readonly RendezvousRegistration Registration;
        internal readonly ulong Sequence;
        internal readonly LinkedListNode<Entry> InName;
        internal readonly LinkedListNode<Entry> InAll;

        internal Entry(RendezvousRegistration registration, ulong sequence)
        {
            Registration = registration;
            Sequence = sequence;
            InName = new LinkedListNode<Entry>(this);
            InAll = new LinkedListNode<Entry>(this);
        }
    }
}
