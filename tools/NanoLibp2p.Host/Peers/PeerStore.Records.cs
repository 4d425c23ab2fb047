using System;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// Signed peer records: what a peer says of itself and others may pass on.
public sealed partial class PeerStore
{
    /// <summary>The newest signed record of a peer; null when there is none.</summary>
    public PeerRecord? FindRecord(PeerId peer)
    {
        lock (_entries)
        {
            return _entries.TryGetValue(peer, out Entry? entry) ? entry.Record : null;
        }
    }

    /// <summary>Notes a signed record, in place of an older one of the peer. Its addresses are kept as well.</summary>
    /// <param name="record">The record; PeerRecord.Open has checked its signature.</param>
    /// <param name="lifetime">How long its addresses are kept.</param>
    /// <returns>The record that counts now: this one, or one with the same or a larger sequence that was there.</returns>
    public PeerRecord AddRecord(PeerRecord record, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(record);
        DateTimeOffset expires = After(lifetime);
        lock (_entries)
        {
            Entry entry = Get(record.Peer);
            if (!record.IsNewerThan(entry.Record))
            {
                return entry.Record!;
            }

            RemoveAddresses(entry, one => one.Source == AddressSource.SignedRecord);
            SetRecord(entry, null);
            MakeRoom(entry, RecordCost(record));
            if (_bytes + RecordCost(record) <= _options.MaxBytes)
            {
                SetRecord(entry, record);
            }

            foreach (Multiaddr address in record.Addresses)
            {
                Add(entry, address, AddressSource.SignedRecord, expires);
            }

            Use(entry);
            Trim();
            return record;
        }
    }

    private void SetRecord(Entry entry, PeerRecord? record)
    {
        _bytes += RecordCost(record) - RecordCost(entry.Record);
        entry.Record = record;
    }

    // the envelope's bytes, its payload once more, and the addresses as objects
    private static long RecordCost(PeerRecord? record)
        => record == null ? 0 : 256 + (3L * record.Envelope.Bytes.Length) + (96L * record.Addresses.Count);
}
