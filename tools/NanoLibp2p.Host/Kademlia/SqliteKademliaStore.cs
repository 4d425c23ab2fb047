using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// A store in one SQLite file. One task writes, many records in one transaction; what a task of <see cref="IKademliaStore"/> has confirmed
/// survives the end of the process, however it ends. A power cut may lose the last second's, never the file.
/// </summary>
public sealed class SqliteKademliaStore : IKademliaStore
{
    /// <summary>The version of the file's layout, kept in its user_version.</summary>
    public const int SchemaVersion = 2;

    // records in one transaction: more gain little (5,700 a second with 256, 1,200 with 16, each made safe on its own)
    private const int MaxGroup = 256;

    // what makes each version of the one before
    private static readonly string[] _steps =
    [
        """
        CREATE TABLE value (key BLOB PRIMARY KEY, value BLOB NOT NULL, received INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX value_received ON value (received);
        CREATE TABLE provider (key BLOB NOT NULL, peer BLOB NOT NULL, addresses BLOB NOT NULL, received INTEGER NOT NULL,
            PRIMARY KEY (key, peer)) WITHOUT ROWID;
        CREATE INDEX provider_received ON provider (received);
        CREATE TABLE own (key BLOB PRIMARY KEY, published INTEGER NOT NULL) WITHOUT ROWID;
        """,
        "ALTER TABLE own ADD COLUMN value BLOB;",
    ];

    private readonly string _path;
    private readonly StoreLimits _limits;
    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private readonly Lock _reading = new();
    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(new BoundedChannelOptions(4 * MaxGroup) { SingleReader = true });
    private readonly Task _writing;
    private readonly Dictionary<PeerId, int> _keysOf = [];
    private int _values;
    private int _providers;
    private IOException? _lastError;

    /// <summary>Opens a file, or makes it.</summary>
    /// <param name="path">The file; its folder must exist. SQLite keeps two more beside it while it is open.</param>
    /// <param name="limits">How much it takes; null for those of <see cref="KademliaServiceOptions"/>.</param>
    /// <exception cref="IOException">It can't be opened or is no such file, or a newer program has written it.</exception>
    public SqliteKademliaStore(string path, StoreLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _limits = limits ?? KademliaServiceOptions.DefaultLimits;
        SqliteConnectionStringBuilder text = new() { DataSource = path, Pooling = false, DefaultTimeout = 5 };
        _writer = new SqliteConnection(text.ConnectionString);
        _reader = new SqliteConnection(text.ConnectionString);
        try
        {
            _writer.Open();
            Execute(_writer, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
            Migrate();
            _reader.Open();
            Count();
        }
        catch (Exception e)
        {
            _writer.Dispose();
            _reader.Dispose();
            throw e is SqliteException ? Failed("be opened", e) : e;
        }

        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Why the last records could not be written; null when they were, and before the first.</summary>
    public IOException? LastError => Volatile.Read(ref _lastError);

    /// <inheritdoc/>
    public ValueTask<StoredValue?> GetValueAsync(byte[] key, CancellationToken cancellationToken)
        => new(Read("SELECT value, received FROM value WHERE key = $1", key,
            row => new StoredValue(key, (byte[])row[0], Time(row.GetInt64(1)))) is [StoredValue one] ? one : null);

    /// <inheritdoc/>
    public ValueTask<bool> PutValueAsync(StoredValue value, CancellationToken cancellationToken)
        => WriteAsync(
            () =>
            {
                bool isKnown = Scalar("SELECT COUNT(*) FROM value WHERE key = $1", value.Key) > 0;
                if (!isKnown && _values >= _limits.MaxValues)
                {
                    return false;
                }

                Execute(_writer, "INSERT OR REPLACE INTO value VALUES ($1, $2, $3)", value.Key, value.Value, Ticks(value.Received));
                _values += isKnown ? 0 : 1;
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredProvider>> GetProvidersAsync(byte[] key, CancellationToken cancellationToken)
        => new(Read("SELECT peer, addresses, received FROM provider WHERE key = $1 ORDER BY received DESC", key,
            row => new StoredProvider(key, Peer((byte[])row[0]), Unpack((byte[])row[1]), Time(row.GetInt64(2)))));

    /// <inheritdoc/>
    public ValueTask<bool> AddProviderAsync(StoredProvider provider, CancellationToken cancellationToken)
        => WriteAsync(() => AddProvider(provider), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> RemoveOlderAsync(DateTimeOffset values, DateTimeOffset providers, CancellationToken cancellationToken)
        => await WriteAsync(
            () =>
            {
                int removed = Execute(_writer, "DELETE FROM value WHERE received < $1", Ticks(values))
                    + Execute(_writer, "DELETE FROM provider WHERE received < $1", Ticks(providers));
                if (removed > 0)
                {
                    Count();
                }

                return removed;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<OwnRecord>> GetOwnAsync(CancellationToken cancellationToken)
        => new(Read("SELECT key, published, value FROM own", null,
            row => new OwnRecord((byte[])row[0], Time(row.GetInt64(1)), row[2] as byte[])));

    /// <inheritdoc/>
    public async ValueTask PutOwnAsync(OwnRecord record, CancellationToken cancellationToken)
        => await WriteAsync(
            () => Execute(_writer, "INSERT OR REPLACE INTO own VALUES ($1, $2, $3)", record.Key, Ticks(record.Published),
                record.Value ?? (object)DBNull.Value),
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask RemoveOwnAsync(byte[] key, CancellationToken cancellationToken)
        => await WriteAsync(() => Execute(_writer, "DELETE FROM own WHERE key = $1", key), cancellationToken).ConfigureAwait(false);

    /// <summary>Writes what waits, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        lock (_reading)
        {
            _reader.Dispose();
        }

        await _writer.DisposeAsync().ConfigureAwait(false);
    }

    private bool AddProvider(StoredProvider provider)
    {
        byte[] peer = provider.Provider.ToBytes();
        bool isKnown = Scalar("SELECT COUNT(*) FROM provider WHERE key = $1 AND peer = $2", provider.Key, peer) > 0;
        if (!isKnown)
        {
            bool isFullKey = Scalar("SELECT COUNT(*) FROM provider WHERE key = $1", provider.Key) >= _limits.MaxProvidersAKey;
            if (_keysOf.GetValueOrDefault(provider.Provider) >= _limits.MaxKeysAProvider
                || (_providers >= _limits.MaxProviders && !isFullKey))
            {
                return false;
            }

            if (isFullKey)
            {
                RemoveOldest(provider.Key);
            }

            _providers++;
            _keysOf[provider.Provider] = _keysOf.GetValueOrDefault(provider.Provider) + 1;
        }

        Execute(_writer, "INSERT OR REPLACE INTO provider VALUES ($1, $2, $3, $4)", provider.Key, peer, Pack(provider.Addresses),
            Ticks(provider.Received));
        return true;
    }

    private void RemoveOldest(byte[] key)
    {
        byte[] peer;
        using (SqliteCommand command = Command(_writer, "SELECT peer FROM provider WHERE key = $1 ORDER BY received LIMIT 1", key))
        {
            peer = (byte[])command.ExecuteScalar()!;
        }

        Execute(_writer, "DELETE FROM provider WHERE key = $1 AND peer = $2", key, peer);
        _providers--;
        PeerId id = Peer(peer);
        if (--_keysOf[id] == 0)
        {
            _keysOf.Remove(id);
        }
    }

    private void Migrate()
    {
        long version = Scalar("PRAGMA user_version");
        if (version > SchemaVersion)
        {
            throw new IOException($"{_path} has version {version}, and this program knows versions up to {SchemaVersion}: a newer one has "
                + "written it; use that, or another file");
        }

        if (version < SchemaVersion)
        {
            using SqliteTransaction transaction = _writer.BeginTransaction();
            for (long i = version; i < SchemaVersion; i++)
            {
                Execute(_writer, _steps[i]);
            }

            Execute(_writer, $"PRAGMA user_version = {SchemaVersion}");
            transaction.Commit();
        }
    }

    // what the limits are compared with
    private void Count()
    {
        _values = (int)Scalar("SELECT COUNT(*) FROM value");
        _providers = 0;
        _keysOf.Clear();
        using SqliteCommand command = Command(_writer, "SELECT peer, COUNT(*) FROM provider GROUP BY peer");
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            int count = rows.GetInt32(1);
            _keysOf[Peer((byte[])rows[0])] = count;
            _providers += count;
        }
    }

    private async Task WriteAllAsync()
    {
        List<Work> group = [];
        while (await _work.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            while (group.Count < MaxGroup && _work.Reader.TryRead(out Work? work))
            {
                group.Add(work);
            }

            try
            {
                using (SqliteTransaction transaction = _writer.BeginTransaction())
                {
                    group.ForEach(work => work.Run());
                    transaction.Commit();
                }

                Volatile.Write(ref _lastError, null);
                group.ForEach(work => work.End());
            }
            catch (SqliteException e)
            {
                Volatile.Write(ref _lastError, Failed("be written", e));
                group.ForEach(work => work.Fail(Failed("be written", e)));
                Recount();
            }
        }
    }

    // After a transaction that was taken back. When this fails too, what is kept in numbers is what it was.
    private void Recount()
    {
        try
        {
            Count();
        }
        catch (SqliteException)
        {
            // the next write tells
        }
    }

    private async ValueTask<T> WriteAsync<T>(Func<T> write, CancellationToken cancellationToken)
    {
        Work<T> work = new(write);
        try
        {
            await _work.Writer.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new IOException($"{_path} is closed", e);
        }

        return await work.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private List<T> Read<T>(string text, byte[]? key, Func<SqliteDataReader, T> make)
    {
        List<T> found = [];
        try
        {
            lock (_reading)
            {
                using SqliteCommand command = key == null ? Command(_reader, text) : Command(_reader, text, key);
                using SqliteDataReader rows = command.ExecuteReader();
                while (rows.Read())
                {
                    found.Add(make(rows));
                }
            }
        }
        catch (Exception e) when (e is SqliteException or ObjectDisposedException or InvalidOperationException)
        {
            throw Failed("be read", e);
        }

        return found;
    }

    private long Scalar(string text, params object[] values)
    {
        using SqliteCommand command = Command(_writer, text, values);
        return (long)command.ExecuteScalar()!;
    }

    private static int Execute(SqliteConnection connection, string text, params object[] values)
    {
        using SqliteCommand command = Command(connection, text, values);
        return command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string text, params object[] values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue("$" + (i + 1), values[i]);
        }

        return command;
    }

    private IOException Failed(string what, Exception e) => new($"{_path} can't {what}: {e.Message}", e);

    private static long Ticks(DateTimeOffset time) => time.UtcTicks;

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static PeerId Peer(byte[] bytes) => PeerId.FromBytes(bytes, 0, bytes.Length);

    // each address behind its length as a varint
    private static byte[] Pack(IReadOnlyList<Multiaddr> addresses)
    {
        using MemoryStream packed = new();
        byte[] prefix = new byte[Varint.MaxBytes];
        foreach (Multiaddr address in addresses)
        {
            byte[] bytes = address.ToBytes();
            packed.Write(prefix, 0, Varint.Write((uint)bytes.Length, prefix, 0));
            packed.Write(bytes);
        }

        return packed.ToArray();
    }

    private static List<Multiaddr> Unpack(byte[] packed)
    {
        List<Multiaddr> addresses = [];
        int at = 0;
        while (at < packed.Length)
        {
            int used = Varint.Read(packed, at, packed.Length - at, out ulong length);
            if (used <= 0 || length > (ulong)(packed.Length - at - used) || Multiaddr.Validate(packed, at + used, (int)length) != 0)
            {
                // of a file that something else has changed
                break;
            }

            addresses.Add(Multiaddr.FromBytes(packed, at + used, (int)length));
            at += used + (int)length;
        }

        return addresses;
    }

    private abstract class Work
    {
        internal abstract void Run();

        internal abstract void End();

        internal abstract void Fail(Exception why);
    }

    private sealed class Work<T>(Func<T> write) : Work
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        internal Task<T> Done => _done.Task;

        internal override void Run() => _result = write();

        internal override void End() => _done.TrySetResult(_result);

        internal override void Fail(Exception why) => _done.TrySetException(why);
    }
}
