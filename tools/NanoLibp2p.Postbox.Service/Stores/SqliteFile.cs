using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// The database of a <see cref="SqlitePostboxStore"/>: its tables, opening and checking it, and reading its heads, from a damaged one
/// too. Two append-only tables, as secondary indexes cost half of the writing; what would be looked up in them is in memory.
/// </summary>
internal static class SqliteFile
{
    /// <summary>"pbx1", so that <c>file</c> and we know whose it is.</summary>
    internal const int ApplicationId = 0x70627831;

    /// <summary>The version of the tables.</summary>
    internal const int Version = 1;

    private const string Tables = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE mailbox(box INTEGER PRIMARY KEY, peer BLOB NOT NULL UNIQUE, number INTEGER NOT NULL, settings BLOB NOT NULL,
            record BLOB NOT NULL, seen INTEGER NOT NULL) STRICT;
        CREATE TABLE head(seq INTEGER PRIMARY KEY, box INTEGER NOT NULL, id BLOB NOT NULL, tag INTEGER NOT NULL, flags INTEGER NOT NULL,
            slot INTEGER NOT NULL, size INTEGER NOT NULL, came INTEGER NOT NULL, until INTEGER NOT NULL, topic INTEGER NOT NULL,
            proof INTEGER NOT NULL) STRICT;
        CREATE TABLE body(seq INTEGER PRIMARY KEY, item BLOB NOT NULL) STRICT;
        """;

    // small files are looked through at each start, large ones after a start that no orderly end came before
    private const long AlwaysChecked = 64 << 20;

    private const int MostFailedReads = 200_000;

    /// <summary>Opens a connection.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">How.</param>
    /// <param name="options">What is synced, and how long it waits for another program's lock.</param>
    /// <returns>The connection, open.</returns>
    /// <exception cref="SqliteException">It can't be opened.</exception>
    internal static SqliteConnection Connect(string path, SqliteOpenMode mode, SqlitePostboxOptions options)
    {
        SqliteConnectionStringBuilder builder = new()
        {
            DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = options.LockSeconds,
        };
        SqliteConnection connection = new(builder.ConnectionString);
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout={options.LockSeconds * 1000}");
            if (mode == SqliteOpenMode.ReadOnly)
            {
                Execute(connection, "PRAGMA temp_store=MEMORY");
                return connection;
            }

            // order counts: the journal mode is the file's, the others are this connection's
            Execute(connection, "PRAGMA journal_mode=WAL");
            Execute(connection, options.Durability == StoreDurability.PowerCut ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
            Execute(connection, "PRAGMA wal_autocheckpoint=4000");
            Execute(connection, "PRAGMA secure_delete=FAST");
            Execute(connection, "PRAGMA temp_store=MEMORY");
            Execute(connection, "PRAGMA cell_size_check=ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes the tables where the file is new.</summary>
    /// <param name="connection">For writing.</param>
    /// <exception cref="PostboxStoreException">The file is another program's, or of a newer version.</exception>
    internal static void Prepare(SqliteConnection connection)
    {
        if (Number(connection, "PRAGMA application_id") == 0 && Number(connection, "SELECT count(*) FROM sqlite_schema") == 0)
        {
            Execute(connection, "BEGIN IMMEDIATE");
            Execute(connection, Tables);
            Execute(connection, string.Create(CultureInfo.InvariantCulture,
                $"INSERT INTO meta VALUES('epoch', {NewEpoch()}), ('last', 0); PRAGMA user_version={Version}; "
                + $"PRAGMA application_id={ApplicationId}"));
            Execute(connection, "COMMIT");
            return;
        }

        CheckOwner(connection);
    }

    /// <summary>What cursors are told by.</summary>
    /// <returns>One at random.</returns>
    internal static uint NewEpoch() => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));

    /// <summary>Whether the file is a store of a version that is known.</summary>
    /// <param name="connection">Any.</param>
    /// <exception cref="PostboxStoreException">It is not.</exception>
    internal static void CheckOwner(SqliteConnection connection)
    {
        long owner = Number(connection, "PRAGMA application_id");
        long version = Number(connection, "PRAGMA user_version");
        if (owner != ApplicationId)
        {
            throw new PostboxStoreException(StoreFault.Unusable,
                $"{connection.DataSource} is a database of another program (application_id {owner}); give the path of a postbox store, "
                + "or of a file that is not there yet");
        }

        if (version != Version)
        {
            throw new PostboxStoreException(StoreFault.Unusable,
                $"{connection.DataSource} has version {version} of the tables, this program knows {Version}; use the program that made it");
        }
    }

    /// <summary>Whether the file has to be looked through before it is written to.</summary>
    /// <param name="path">The file; may be missing.</param>
    /// <returns>Whether it ended in disorder, or is small enough for that to cost nothing.</returns>
    internal static bool MustCheck(string path)
    {
        FileInfo file = new(path);
        FileInfo log = new(path + "-wal");
        return file is { Exists: true, Length: > 0 } && (file.Length <= AlwaysChecked || log is { Exists: true, Length: > 0 });
    }

    /// <summary>Looks through a database.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="isWhole">Whether indexes are compared with their tables too.</param>
    /// <returns>What is wrong and where; null for nothing.</returns>
    internal static string? Check(SqliteConnection connection, bool isWhole)
    {
        try
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = isWhole ? "PRAGMA integrity_check(10)" : "PRAGMA quick_check(10)";
            command.CommandTimeout = 0;
            using SqliteDataReader reader = command.ExecuteReader();
            List<string> lines = [];
            while (reader.Read())
            {
                lines.Add(reader.GetString(0).Replace('\n', ' '));
            }

            return lines is ["ok"] ? null : string.Join("; ", lines);
        }
        catch (SqliteException e)
        {
            return Words(e);
        }
    }

    /// <summary>What SQLite says, as a part of a sentence.</summary>
    /// <param name="e">Its exception.</param>
    /// <returns>Without a full stop.</returns>
    internal static string Words(SqliteException e) => e.Message.TrimEnd('.');

    /// <summary>A number of the table of such.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="key">Which.</param>
    /// <returns>It; 0 for none.</returns>
    internal static long Meta(SqliteConnection connection, string key)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM meta WHERE key=$key";
        command.Parameters.AddWithValue("$key", key);
        return command.ExecuteScalar() is long value ? value : 0;
    }

    /// <summary>Reads the mailboxes.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="add">Gets each, with its number in the tables.</param>
    /// <returns>What can't be read; null for nothing.</returns>
    internal static string? LoadMailboxes(SqliteConnection connection, Action<PostboxMailbox, long> add)
    {
        string? problem = null;
        try
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT box, peer, number, settings, record, seen FROM mailbox NOT INDEXED";
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                if (Row(() => ReadMailbox(reader)) is { } mailbox)
                {
                    add(mailbox, reader.GetInt64(0));
                }
                else
                {
                    problem = $"mailbox {reader.GetInt64(0)} has values that no store writes";
                }
            }
        }
        catch (SqliteException e)
        {
            problem = $"the mailboxes can't be read to their end: {Words(e)}";
        }

        return problem;
    }

    /// <summary>Reads the heads in order of arrival. Where a page can't be read it goes on behind it.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="boxes">The mailboxes by their number in the tables.</param>
    /// <param name="add">Gets each; says whether it takes it.</param>
    /// <returns>What can't be read; null for nothing.</returns>
    internal static string? LoadHeads(SqliteConnection connection, IReadOnlyDictionary<long, BoxId> boxes, Func<PostboxHead, bool> add)
    {
        Stack<(long From, long To)> ranges = new([(1L, long.MaxValue >> 1)]);
        string? problem = null;
        int failed = 0;
        SqliteStatement? statement = null;
        try
        {
            while (ranges.TryPop(out (long From, long To) range))
            {
                long last = range.From - 1;
                try
                {
                    statement ??= new SqliteStatement(connection, "SELECT seq, box, id, tag, flags, slot, size, came, until, topic, proof "
                        + "FROM head WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq");
                    statement.Bind(1, range.From);
                    statement.Bind(2, range.To);
                    while (statement.Step())
                    {
                        last = statement.Integer(0);
                        PostboxHead? head = ReadHead(statement, boxes);
                        if (head == null || !add(head))
                        {
                            problem ??= $"head {last} can't be: it is of no mailbox, or of values that no store writes";
                        }
                    }

                    statement.Reset();
                }
                catch (SqliteException e)
                {
                    problem ??= $"heads after number {last} can't be read: {Words(e)}";
                    if (++failed > MostFailedReads || statement == null)
                    {
                        break;
                    }

                    // a half at a time, the lower one first; of a single number nothing is left
                    long start = last + 1;
                    if (start < range.To)
                    {
                        long middle = start + (range.To - start) / 2;
                        ranges.Push((middle + 1, range.To));
                        ranges.Push((start, middle));
                    }
                }
            }
        }
        finally
        {
            statement?.Dispose();
        }

        return problem;
    }

    /// <summary>The flags of a head.</summary>
    /// <param name="head">The head.</param>
    /// <returns>Priority in bits 0 and 1, lane in 2 and 3, state in 4 to 7, form in 8 to 15.</returns>
    internal static long Flags(PostboxHead head) => head.Priority | head.Lane << 2 | (int)head.State << 4 | head.Form << 8;

    /// <summary>Does what returns no rows.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="text">One or more statements.</param>
    internal static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    /// <summary>Asks for one number.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="text">The question.</param>
    /// <returns>It; 0 for none.</returns>
    internal static long Number(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar() is long value ? value : 0;
    }

    // a damaged row may have nothing where the table says that there is something
    private static T? Row<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidCastException)
        {
            return null;
        }
    }

    private static PostboxMailbox? ReadMailbox(SqliteDataReader reader)
    {
        byte[] peer = reader.GetFieldValue<byte[]>(1);
        if (peer.Length is 0 or > PostboxMailbox.MaxPeer || reader.GetInt64(2) < 1)
        {
            return null;
        }

        return new PostboxMailbox(peer, reader.GetInt64(2))
        {
            Settings = reader.GetFieldValue<byte[]>(3), Record = reader.GetFieldValue<byte[]>(4), Seen = (uint)reader.GetInt64(5),
        };
    }

    // of a damaged row SQLite gives zeros and no bytes where values are missing
    private static PostboxHead? ReadHead(SqliteStatement row, IReadOnlyDictionary<long, BoxId> boxes)
    {
        long flags = row.Integer(4);
        PostboxState state = (PostboxState)(flags >> 4 & 15);
        ReadOnlySpan<byte> id = row.Blob(2);
        if (!boxes.TryGetValue(row.Integer(1), out BoxId box) || id.Length != ItemId.Length
            || state is < PostboxState.Waiting or > PostboxState.Expired || row.Integer(6) is < 0 or > int.MaxValue)
        {
            return null;
        }

        return new PostboxHead
        {
            Sequence = row.Integer(0), Box = box, Id = ItemId.Read(id), Tag = (ulong)row.Integer(3), Slot = (ulong)row.Integer(5),
            Size = (int)row.Integer(6), Arrived = (uint)row.Integer(7), Until = (uint)row.Integer(8), Topic = (uint)row.Integer(9),
            Proof = (ulong)row.Integer(10), State = state, Priority = (byte)(flags & 3), Lane = (byte)(flags >> 2 & 3),
            Form = (byte)(flags >> 8),
        };
    }
}
