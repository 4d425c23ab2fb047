using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>
/// A gateway's frame store in one SQLite file: each write is durable when it returns, whenever the process or the power ends. A file that
/// went back to a copy is noticed: every session in it is then resumed first (SPEC.md 7, G5), and the hour's airtime counts as used. One
/// process at a time.
/// </summary>
/// <remarks>What was erased is overwritten in the file, and the log is cut after a root's end: roots of the past are not to be found in it.
/// </remarks>
/// <example>
/// <code>
/// using SqliteFrameStore store = new(new SqliteFrameOptions { Path = "frames.db", IncarnationPath = "/run/state/frames.incarnation" });
/// </code>
/// </example>
public sealed class SqliteFrameStore : IFrameStore, IDisposable
{
    // "frm1", so that file and we know whose it is
    private const long ApplicationId = 0x66726D31;
    private const long Version = 1;
    private const int IncarnationBytes = 16;
    private const int PageBytes = 4096;
    private const int NotADatabase = 26;
    private const int Corrupt = 11;
    private const string Tables = """
        CREATE TABLE note(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE device(peer BLOB PRIMARY KEY, state BLOB NOT NULL) STRICT;
        CREATE TABLE outbox(seq INTEGER PRIMARY KEY AUTOINCREMENT, peer BLOB NOT NULL, topic TEXT NOT NULL, number INTEGER NOT NULL,
            message BLOB NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL) STRICT;
        """;

    // what waits may be much; older programs don't mind them
    private const string Indexes = """
        CREATE INDEX IF NOT EXISTS outbox_topic ON outbox(topic);
        CREATE INDEX IF NOT EXISTS outbox_message ON outbox(peer, number);
        """;

    private const string Elsewhere = """
        CREATE TABLE IF NOT EXISTS outside.outbox(peer BLOB NOT NULL, topic TEXT NOT NULL, number INTEGER NOT NULL, message BLOB NOT NULL,
            at INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(peer, number)) STRICT, WITHOUT ROWID;
        """;

    private const string Columns = "peer, topic, number, message, at, count";
    private const string Messages = "SELECT peer, topic, number, message, at, count FROM outbox";

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly Dictionary<PeerId, byte[][]> _roots = [];

    /// <summary>Opens the store, or makes one.</summary>
    /// <exception cref="FrameStoreException">It is damaged, another program's, in use, or of a newer version; the message says what to do.
    /// </exception>
    public SqliteFrameStore(SqliteFrameOptions options)
    {
        _path = options.Path;
        SqliteConnectionStringBuilder builder = new() { DataSource = _path, Pooling = false, DefaultTimeout = 5 };
        _connection = new SqliteConnection(builder.ConnectionString);
        try
        {
            _connection.Open();
            Execute("PRAGMA locking_mode=EXCLUSIVE");
            Execute("PRAGMA journal_mode=WAL");
            Execute("PRAGMA synchronous=FULL");
            Execute("PRAGMA secure_delete=ON");
            Prepare();
            Execute(Indexes);
            Attach(options.OutboxPath);
            Begin(options);
            if (options.MaxBytes > 0)
            {
                // never below what there is, which SQLite sees to
                Execute($"PRAGMA max_page_count={Math.Max(1, options.MaxBytes / PageBytes)}");
            }
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw Explain(e);
        }
        catch (InvalidDataException e)
        {
            _connection.Dispose();
            throw new FrameStoreException($"{_path} has a device that can't be read ({e.Message}); {Remedy}", e);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file was found to be older than the process that used it last: every session in it is resumed first.</summary>
    public bool IsRestored { get; private set; }

    /// <summary>A random name of the copy that the file went back to last; empty when it never did.</summary>
    public ReadOnlyMemory<byte> LastCopy => ReadNote(FrameRadio.CopiedNote) ?? [];

    /// <summary>Whether what was acknowledged and is not published is kept outside of the file, too.</summary>
    public bool HasOutside { get; private set; }

    private static string Remedy => "put a copy in its place (its sessions are then resumed first), or move it away (devices then have to "
        + "be remembered again, and open new sessions)";

    /// <inheritdoc/>
    public IEnumerable<FrameDevice> Load() => Guarded(() => ReadDevices());

    /// <inheritdoc/>
    public void Save(FrameDevice device, FrameTaken? taken)
    {
        bool hasEnded = false;
        Guarded(() =>
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            Write(device);
            if (taken?.Publication is { } message)
            {
                Put("INSERT INTO main", message);
                if (HasOutside)
                {
                    Put("INSERT OR REPLACE INTO outside", message);
                }
            }

            transaction.Commit();
            byte[][] roots = RootsOf(device);
            hasEnded = _roots.TryGetValue(device.Peer, out byte[][]? old)
                && old.Any(one => !roots.Any(root => root.AsSpan().SequenceEqual(one)));
            _roots[device.Peer] = roots;
            return 0;
        });
        CutLog(hasEnded);
    }

    /// <inheritdoc/>
    public void Remove(PeerId peer)
    {
        Guarded(() => Run("DELETE FROM device WHERE peer = $0", peer.ToBytes()));
        _roots.Remove(peer);
        CutLog(true);
    }

    /// <inheritdoc/>
    public IEnumerable<FramePublication> Outbox() => Guarded(() => ReadOutbox(Command($"{Messages} ORDER BY seq")));

    /// <inheritdoc/>
    public IReadOnlyList<FramePublication> Outbox(string topic, int count)
        => Guarded(() => ReadOutbox(Command($"{Messages} WHERE topic = $0 ORDER BY seq LIMIT $1", topic, count)));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> OutboxTopics() => Guarded(() =>
    {
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        using SqliteCommand command = Command("SELECT topic, count(*) FROM outbox GROUP BY topic");
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            counts.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return counts;
    });

    /// <inheritdoc/>
    public void Published(FramePublication publication)
        => Guarded(() =>
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            foreach (string database in (string[])(HasOutside ? ["main", "outside"] : ["main"]))
            {
                Run($"DELETE FROM {database}.outbox WHERE peer = $0 AND number = $1", publication.From.ToBytes(),
                    unchecked((long)publication.Number));
            }

            transaction.Commit();
            return 0;
        });

    /// <inheritdoc/>
    public byte[]? ReadNote(string name) => Guarded(() =>
    {
        using SqliteCommand command = Command("SELECT value FROM note WHERE name = $0", name);
        return command.ExecuteScalar() as byte[];
    });

    /// <inheritdoc/>
    public void WriteNote(string name, byte[] value)
        => Guarded(() => Run("INSERT INTO note VALUES($0, $1) ON CONFLICT(name) DO UPDATE SET value = $1", name, value));

    /// <summary>Closes the file.</summary>
    public void Dispose() => _connection.Dispose();

    private static byte[][] RootsOf(FrameDevice device)
        => [.. new[] { device.Confirmed, device.Next, device.Met }.Where(one => one != null).Select(one => one!.Root)];

    private static List<FramePublication> ReadOutbox(SqliteCommand command)
    {
        using (command)
        {
            List<FramePublication> all = [];
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                byte[] peer = reader.GetFieldValue<byte[]>(0);
                all.Add(new FramePublication(PeerId.FromBytes(peer, 0, peer.Length), reader.GetString(1),
                    unchecked((ulong)reader.GetInt64(2)), reader.GetFieldValue<byte[]>(3), reader.GetInt32(4), reader.GetInt32(5)));
            }

            return all;
        }
    }

    private void Prepare()
    {
        if (Number("PRAGMA application_id") == 0 && Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            Execute($"BEGIN IMMEDIATE; {Tables} PRAGMA user_version={Version}; PRAGMA application_id={ApplicationId}; COMMIT");
            return;
        }

        if (Number("PRAGMA application_id") != ApplicationId)
        {
            throw new FrameStoreException($"{_path} is a database of another program; give the path of a frame store, or of a file that is "
                + "not there yet");
        }

        if (Number("PRAGMA user_version") != Version)
        {
            throw new FrameStoreException($"{_path} has version {Number("PRAGMA user_version")} of the tables, this program knows {Version}"
                + "; use the program that made it");
        }

        using SqliteCommand command = Command("PRAGMA quick_check(1)");
        if (command.ExecuteScalar() as string is { } result && result != "ok")
        {
            throw new FrameStoreException($"{_path} is damaged ({result}); {Remedy}");
        }
    }

    // a second file of messages: what it can't have is not worth a gateway that doesn't start
    private void Attach(string? path)
    {
        for (int i = 0; path != null && i < 2 && !HasOutside; i++)
        {
            bool isDamaged = false;
            try
            {
                Run("ATTACH $0 AS outside", path);
                Execute("PRAGMA outside.journal_mode=WAL");
                Execute("PRAGMA outside.synchronous=FULL");
                Execute(Elsewhere);
                using SqliteCommand check = Command("PRAGMA outside.quick_check(1)");
                HasOutside = check.ExecuteScalar() as string == "ok";
                isDamaged = !HasOutside;
            }
            catch (SqliteException e)
            {
                // else it can't be written
                isDamaged = e.SqliteErrorCode is NotADatabase or Corrupt;
            }

            if (!HasOutside)
            {
                Detach();
                if (isDamaged && i == 0)
                {
                    File.Move(path, path + ".damaged", overwrite: true);
                    File.Delete(path + "-wal");
                    File.Delete(path + "-shm");
                }
            }
        }
    }

    private void Detach()
    {
        try
        {
            Execute("DETACH outside");
        }
        catch (SqliteException)
        {
            // it was not attached
        }
    }

    // G5: dormancy, airtime and the new incarnation are one write; a cut before the other place is written makes the next start careful,
    // too. A store that is new where nobody was before is no copy
    private void Begin(SqliteFrameOptions options)
    {
        byte[]? inside = ReadNote("incarnation");
        byte[]? outside = File.Exists(options.IncarnationPath) ? File.ReadAllBytes(options.IncarnationPath) : null;
        List<FrameDevice> devices = ReadDevices();
        bool isSame = inside != null && outside != null && inside.AsSpan().SequenceEqual(outside);
        IsRestored = (inside != null || outside != null) && (options.IsRestored || !isSame);
        byte[] incarnation = RandomNumberGenerator.GetBytes(IncarnationBytes);
        using (SqliteTransaction transaction = _connection.BeginTransaction())
        {
            foreach (FrameDevice device in devices)
            {
                if (IsRestored)
                {
                    Write(device with { Confirmed = Dormant(device.Confirmed), Next = Dormant(device.Next), Met = Dormant(device.Met) });
                }

                _roots[device.Peer] = RootsOf(device);
            }

            if (IsRestored)
            {
                Execute($"DELETE FROM note WHERE name GLOB '{FrameRadio.Note}*'");
                WriteNote(FrameRadio.CopiedNote, incarnation);
            }

            if (HasOutside && IsRestored)
            {
                // what was acknowledged since the copy and is not known to be in the mesh
                Execute($"INSERT INTO main.outbox({Columns}) SELECT {Columns} FROM outside.outbox AS one WHERE NOT EXISTS "
                    + "(SELECT 1 FROM main.outbox AS known WHERE known.peer = one.peer AND known.number = one.number) ORDER BY number");
            }

            if (HasOutside)
            {
                Execute("DELETE FROM outside.outbox");
                Execute($"INSERT OR REPLACE INTO outside.outbox({Columns}) SELECT {Columns} FROM main.outbox");
            }

            WriteNote("incarnation", incarnation);
            transaction.Commit();
        }

        string beside = options.IncarnationPath + ".new";
        using (FileStream file = File.Create(beside))
        {
            file.Write(incarnation);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, options.IncarnationPath, overwrite: true);

        static FrameRoot? Dormant(FrameRoot? root) => root == null ? null : root with { IsDormant = true };
    }

    private List<FrameDevice> ReadDevices()
    {
        List<FrameDevice> devices = [];
        using SqliteCommand command = Command("SELECT state FROM device");
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            devices.Add(DeviceBytes.Read(reader.GetFieldValue<byte[]>(0)));
        }

        return devices;
    }

    private void Write(FrameDevice device)
        => Run("INSERT INTO device VALUES($0, $1) ON CONFLICT(peer) DO UPDATE SET state = $1", device.Peer.ToBytes(),
            DeviceBytes.Write(device));

    // erased means erased: the log has the former pages until then. If it fails the next one does it
    private void CutLog(bool isNeeded)
    {
        if (isNeeded)
        {
            try
            {
                Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }
            catch (SqliteException)
            {
                // what was stored is stored
            }
        }
    }

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    private FrameStoreException Explain(SqliteException e) => e.SqliteErrorCode switch
    {
        NotADatabase => new FrameStoreException($"{_path} is damaged or no database; {Remedy}", e),
        Corrupt => new FrameStoreException($"{_path} is damaged ({e.Message}); {Remedy}", e),
        5 or 6 => new FrameStoreException($"{_path} is in use by another process: a gateway identity has one process (SPEC.md 15)", e),
        13 => new FrameStoreException($"{_path} or its disk is full: nothing is acknowledged until there is room", e),
        _ => new FrameStoreException($"{_path}: {e.Message}", e),
    };

    private SqliteCommand Command(string text, params object[] values)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i}", values[i]);
        }

        return command;
    }

    private int Put(string into, FramePublication message)
        => Run($"{into}.outbox({Columns}) VALUES($0, $1, $2, $3, $4, $5)", message.From.ToBytes(), message.Topic,
            unchecked((long)message.Number), message.Message, message.DataOffset, message.DataCount);

    private int Run(string text, params object[] values)
    {
        using SqliteCommand command = Command(text, values);
        return command.ExecuteNonQuery();
    }

    private void Execute(string text)
    {
        using SqliteCommand command = Command(text);
        command.ExecuteNonQuery();
    }

    private long Number(string text)
    {
        using SqliteCommand command = Command(text);
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
