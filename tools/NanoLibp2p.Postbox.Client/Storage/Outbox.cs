using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Storage;

/// <summary>
/// A sender's file: what was sealed and is to be repeated in the same bytes, the proof keys, records that were verified, the secret of
/// slots, and the time of the last seal. Several programs may use it at a time; each call here is one transaction.
/// </summary>
internal sealed class Outbox(string path) : MailFile(path, Schema, isExclusive: false)
{
    private const string Schema = """
        CREATE TABLE item (id BLOB PRIMARY KEY, peer BLOB NOT NULL, item BLOB NOT NULL, proof_key BLOB NOT NULL, slot BLOB,
            gateway BLOB, address TEXT NOT NULL, until INTEGER NOT NULL, fate INTEGER NOT NULL, proven INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE record (peer BLOB PRIMARY KEY, envelope BLOB NOT NULL) WITHOUT ROWID;
        """;

    // how long a message is remembered after its gateway has let go of it: the recipient may still act on it for 30 days
    private const long KeepSeconds = 31 * 86400;

    private readonly Lock _turn = new();

    /// <summary>Does something in one transaction, under the lock that keeps other programs from sealing at the same time.</summary>
    /// <exception cref="MailException">The file can't be read or written, or was in use for 15 s.</exception>
    internal T InOne<T>(Func<T> what)
    {
        lock (_turn)
        {
            try
            {
                Begin();
                T result = what();
                Commit();
                return result;
            }
            catch (Exception e)
            {
                Rollback(e);
                throw e is SqliteException ? Explain(e) : e;
            }
        }
    }

    /// <summary>Keeps a message that was sealed; within <see cref="InOne{T}"/>.</summary>
    internal void Add(OutboxItem item)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Execute("DELETE FROM item WHERE until < $old", ("$old", now - KeepSeconds));
        Execute("INSERT INTO item (id, peer, item, proof_key, slot, gateway, address, until, fate, proven) "
            + "VALUES ($id, $peer, $item, $key, $slot, NULL, '', $until, 0, 0)",
            ("$id", item.Id), ("$peer", item.To.ToBytes()), ("$item", item.Item), ("$key", item.ProofKey), ("$slot", item.Slot),
            ("$until", item.Until));
    }

    /// <summary>A gateway has taken a message.</summary>
    internal void Deposited(byte[] id, PeerId gateway, string address, long until) => InOne(() => Execute(
        "UPDATE item SET gateway = $gateway, address = $address, until = $until, fate = max(fate, 1) WHERE id = $id",
        ("$gateway", gateway.ToBytes()), ("$address", address), ("$until", until), ("$id", id)));

    /// <summary>A message's fate is known; the sealed bytes go once the recipient itself has said that it stored it.</summary>
    internal void Settled(byte[] id, MailFate fate, bool isProven) => InOne(() => Execute(
        "UPDATE item SET fate = $fate, proven = $proven, item = CASE WHEN $gone THEN x'' ELSE item END "
        + "WHERE id = $id AND proven <= $proven",
        ("$fate", (long)fate), ("$proven", isProven ? 1 : 0), ("$gone", isProven && fate == MailFate.Delivered ? 1 : 0), ("$id", id)));

    /// <summary>The message of an id, or the only one whose id begins so.</summary>
    internal OutboxItem? Find(byte[] begin)
    {
        List<OutboxItem> found = InOne(() => Query("SELECT * FROM item WHERE substr(id, 1, $count) = $id LIMIT 2", ReadItem,
            ("$count", begin.Length), ("$id", begin)));
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>The recipients of what gateways have taken for slots and may still keep.</summary>
    internal IReadOnlyList<PeerId> SlotPeers() => InOne(() => Query(
        "SELECT DISTINCT peer FROM item WHERE slot IS NOT NULL AND gateway IS NOT NULL AND until > $now",
        row => PeerId.FromBytes(row.GetFieldValue<byte[]>(0), 0, row.GetFieldValue<byte[]>(0).Length),
        ("$now", DateTimeOffset.UtcNow.ToUnixTimeSeconds())));

    /// <summary>What gateways have taken for a slot and may still keep.</summary>
    internal IReadOnlyList<OutboxItem> InSlot(PeerId to, byte[] slot) => InOne(() => Query(
        "SELECT * FROM item WHERE peer = $peer AND slot = $slot AND gateway IS NOT NULL AND until > $now", ReadItem,
        ("$peer", to.ToBytes()), ("$slot", slot), ("$now", DateTimeOffset.UtcNow.ToUnixTimeSeconds())));

    /// <summary>The record that was verified last of a peer, as its envelope; null for none.</summary>
    internal byte[]? Record(PeerId peer)
        => InOne(() => Scalar("SELECT envelope FROM record WHERE peer = $peer", ("$peer", peer.ToBytes()))) as byte[];

    /// <summary>Keeps a verified record.</summary>
    internal void Keep(PeerMailboxes record) => InOne(() => Execute(
        "INSERT INTO record (peer, envelope) VALUES ($peer, $envelope) ON CONFLICT (peer) DO UPDATE SET envelope = excluded.envelope",
        ("$peer", record.Peer.ToBytes()), ("$envelope", record.Envelope)));

    private static OutboxItem ReadItem(SqliteDataReader row)
    {
        byte[] to = row.GetFieldValue<byte[]>(1);
        byte[]? gateway = row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5);
        return new OutboxItem
        {
            Id = row.GetFieldValue<byte[]>(0),
            To = PeerId.FromBytes(to, 0, to.Length),
            Item = row.GetFieldValue<byte[]>(2),
            ProofKey = row.GetFieldValue<byte[]>(3),
            Slot = row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4),
            Gateway = gateway == null ? null : PeerId.FromBytes(gateway, 0, gateway.Length),
            Address = row.GetString(6),
            Until = row.GetInt64(7),
            Fate = (MailFate)row.GetInt64(8),
            IsProven = row.GetInt64(9) != 0,
        };
    }
}
