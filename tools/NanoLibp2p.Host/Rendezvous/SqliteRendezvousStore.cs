using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>
/// A store in one SQLite file. A point does not wait for the disk: one task writes what has changed, many registrations in one
/// transaction, and tries again while the disk refuses. The end of the process may lose the last moment's, never the file.
/// </summary>
public sealed class SqliteRendezvousStore : IRendezvousStore, IAsyncDisposable
{
    /// <summary>The version of the file's layout, kept in its user_version.</summary>
    public const int SchemaVersion = 2;

    /// <summary>Changes that wait while the disk refuses; further ones are not kept.</summary>
    public const int MaxWaiting = 200_000;

    // from one version to the next; the network since the second, null for those of the first, which end within 72 hours
    private static readonly string[] _steps =
    [
        """
        CREATE TABLE registration (namespace TEXT NOT NULL, peer BLOB NOT NULL, record BLOB NOT NULL, expires INTEGER NOT NULL,
            PRIMARY KEY (namespace, peer)) WITHOUT ROWID;
        """,
        "ALTER TABLE registration ADD COLUMN network TEXT;",
    ];

    // together they cost what one does
    private static readonly TimeSpan _gather = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly SqliteConnection _file;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _writing;
    private readonly List<RendezvousRegistration> _found = [];
    private Dictionary<(string Name, PeerId Peer), RendezvousRegistration?> _waiting = [];
    private Exception? _lastError;

    /// <summary>Opens a file, or makes it, and reads what is in it.</summary>
    /// <param name="path">The file; its folder must exist. SQLite keeps two more beside it while it is open.</param>
    /// <exception cref="IOException">It can't be opened or is no such file, or a newer program has written it.</exception>
    public SqliteRendezvousStore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _file = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ConnectionString);
        try
        {
            _file.Open();
            Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
            Migrate();
            Read();
        }
        catch (Exception e)
        {
            _file.Dispose();
            throw e is SqliteException ? new IOException($"{_path} can't be opened: {e.Message}", e) : e;
        }

        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Why the last changes could not be written, and are tried again; null when they were.</summary>
    public Exception? LastError => Volatile.Read(ref _lastError);

    /// <inheritdoc/>
    public IEnumerable<RendezvousRegistration> Load() => _found;

    /// <inheritdoc/>
    public void Put(RendezvousRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        Change((registration.Namespace, registration.Record.Peer), registration);
    }

    /// <inheritdoc/>
    public void Remove(string name, PeerId peer) => Change((name, peer), null);

    /// <summary>Writes what waits, if the disk takes it, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
        _changed.Dispose();
    }

    private void Change((string Name, PeerId Peer) key, RendezvousRegistration? registration)
    {
        lock (_lock)
        {
            if (_waiting.Count < MaxWaiting || _waiting.ContainsKey(key))
            {
                _waiting[key] = registration;
            }

            if (_changed.CurrentCount == 0)
            {
                _changed.Release();
            }
        }
    }

    private async Task WriteAllAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await _changed.WaitAsync(_ending.Token).ConfigureAwait(false);
                await Task.Delay(_gather, _ending.Token).ConfigureAwait(false);
                while (!Write())
                {
                    await Task.Delay(_retry, _ending.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                // the last ones, below
            }
        }

        Write();
    }

    // false when the disk refuses: then what waits does so still
    private bool Write()
    {
        Dictionary<(string Name, PeerId Peer), RendezvousRegistration?> group;
        lock (_lock)
        {
            group = _waiting;
            _waiting = [];
        }

        try
        {
            using (SqliteTransaction transaction = _file.BeginTransaction())
            {
                foreach (((string name, PeerId peer), RendezvousRegistration? one) in group)
                {
                    if (one == null)
                    {
                        Execute("DELETE FROM registration WHERE namespace = $1 AND peer = $2", name, peer.ToBytes());
                    }
                    else
                    {
                        Execute("INSERT OR REPLACE INTO registration (namespace, peer, record, expires, network) "
                            + "VALUES ($1, $2, $3, $4, $5)", name, peer.ToBytes(), one.Record.Envelope.Bytes.ToArray(),
                            one.Expires.UtcTicks, one.Network is { } network ? network.ToString() : DBNull.Value);
                    }
                }

                transaction.Commit();
            }

            Volatile.Write(ref _lastError, null);
            return true;
        }
        catch (SqliteException e)
        {
            Volatile.Write(ref _lastError, new IOException($"{_path} can't be written: {e.Message}", e));
            lock (_lock)
            {
                foreach (((string Name, PeerId Peer) key, RendezvousRegistration? one) in group)
                {
                    if (_waiting.Count < MaxWaiting)
                    {
                        // what came meanwhile counts for more
                        _waiting.TryAdd(key, one);
                    }
                }
            }

            return false;
        }
    }

    private void Migrate()
    {
        using SqliteCommand command = Command("PRAGMA user_version");
        long version = (long)command.ExecuteScalar()!;
        if (version > SchemaVersion)
        {
            throw new IOException($"{_path} has version {version}, and this program knows versions up to {SchemaVersion}: a newer one has "
                + "written it; use that, or another file");
        }

        if (version < SchemaVersion)
        {
            using SqliteTransaction transaction = _file.BeginTransaction();
            for (long i = version; i < SchemaVersion; i++)
            {
                Execute(_steps[i]);
            }

            Execute($"PRAGMA user_version = {SchemaVersion}");
            transaction.Commit();
        }
    }

    // a record is given to peers, who check its signature: one that the disk has damaged is passed over
    private void Read()
    {
        Execute("DELETE FROM registration WHERE expires < $1", DateTimeOffset.UtcNow.UtcTicks);
        Crypto.CryptoProvider crypto = DesktopCrypto.Choose();
        DesktopVerifier verifier = new();
        using SqliteCommand command = Command("SELECT namespace, record, expires, network FROM registration ORDER BY expires");
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            if (PeerRecord.Open((byte[])rows[1], crypto, verifier, out _) is { } record)
            {
                _found.Add(new RendezvousRegistration(rows.GetString(0), record, new DateTimeOffset(rows.GetInt64(2), TimeSpan.Zero))
                {
                    Network = !rows.IsDBNull(3) && IPNetwork.TryParse(rows.GetString(3), out IPNetwork network) ? network : null,
                });
            }
        }
    }

    private void Execute(string text, params object[] values)
    {
        using SqliteCommand command = Command(text, values);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string text, params object[] values)
    {
        SqliteCommand command = _file.CreateCommand();
        command.CommandText = text;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue("$" + (i + 1), values[i]);
        }

        return command;
    }
}
