using System;
using System.Collections.Generic;
using System.IO;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Postbox.Client.Storage;

/// <summary>
/// A SQLite file of mail, readable by its owner alone: named values as a board's store has them, and tables of whoever derives from it.
/// What is written belongs to one transaction until <see cref="Commit"/>. One thread at a time.
/// </summary>
internal abstract class MailFile : IStore, IDisposable
{
    // SQLite's own codes
    private const int Busy = 5;
    private const int Locked = 6;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    private const int SchemaVersion = 1;

    private SqliteTransaction? _transaction;

    protected MailFile(string path, string schema, bool isExclusive)
    {
        FilePath = path;
        SqliteConnectionStringBuilder options = new() { DataSource = path, Pooling = false, DefaultTimeout = isExclusive ? 1 : 15 };
        File = new SqliteConnection(options.ConnectionString);
        try
        {
            MakePrivate(path);
            File.Open();
            Execute((isExclusive ? "PRAGMA locking_mode = EXCLUSIVE; " : "")
                + "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
            Begin();
            Migrate(schema);
            Commit();
        }
        catch (Exception e)
        {
            Dispose();
            throw e is SqliteException or IOException or UnauthorizedAccessException ? Explain(e) : e;
        }
    }

    /// <summary>Where it is.</summary>
    internal string FilePath { get; }

    /// <summary>Why the last write was not taken; null when it was.</summary>
    internal Exception? LastError { get; private set; }

    protected SqliteConnection File { get; }

    /// <inheritdoc/>
    public int Read(string name, byte[] buffer, int offset, int capacity)
    {
        try
        {
            if (Scalar("SELECT data FROM value WHERE name = $name", ("$name", name)) is not byte[] data)
            {
                return -1;
            }

            if (data.Length > capacity)
            {
                return -2;
            }

            data.CopyTo(buffer, offset);
            return data.Length;
        }
        catch (SqliteException e)
        {
            LastError = e;
            return -2;
        }
    }

    /// <inheritdoc/>
    public virtual bool Write(string name, byte[] buffer, int offset, int count)
    {
        try
        {
            Begin();
            Execute("INSERT INTO value (name, data) VALUES ($name, $data) ON CONFLICT (name) DO UPDATE SET data = excluded.data",
                ("$name", name), ("$data", buffer.AsSpan(offset, count).ToArray()));
            return true;
        }
        catch (SqliteException e)
        {
            Rollback(e);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transaction?.Dispose();
        _transaction = null;
        File.Dispose();
    }

    /// <summary>A sentence on what the file refused.</summary>
    internal MailException Explain(Exception e)
    {
        return e switch
        {
            SqliteException { SqliteErrorCode: Busy or Locked } => new MailException(
                MailError.InUse, $"{FilePath} is in use by another program; end that first, or wait until it has ended", inner: e),
            SqliteException { SqliteErrorCode: Corrupt or NotADatabase } => new MailException(MailError.StoreFailed,
                $"{FilePath} is damaged or is no file of mail; put a copy of it back, or move it away, after which mail may come twice",
                inner: e),
            MailException mail => mail,
            _ => new MailException(MailError.StoreFailed, $"{FilePath} can't be read or written: {e.Message}", inner: e),
        };
    }

    /// <summary>Begins a transaction unless one is under way.</summary>
    protected void Begin() => _transaction ??= File.BeginTransaction(deferred: false);

    /// <summary>Makes what was written durable.</summary>
    protected void Commit()
    {
        _transaction?.Commit();
        _transaction?.Dispose();
        _transaction = null;
        LastError = null;
    }

    /// <summary>Forgets what was written since the last commit.</summary>
    protected void Rollback(Exception why)
    {
        LastError = why;
        try
        {
            _transaction?.Rollback();
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException)
        {
            // SQLite has done so itself, as on a full disk
        }

        _transaction?.Dispose();
        _transaction = null;
    }

    protected int Execute(string sql, params (string Name, object? Value)[] values)
    {
        using SqliteCommand command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    protected object? Scalar(string sql, params (string Name, object? Value)[] values)
    {
        using SqliteCommand command = Command(sql, values);
        return command.ExecuteScalar();
    }

    protected List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] values)
    {
        using SqliteCommand command = Command(sql, values);
        using SqliteDataReader reader = command.ExecuteReader();
        List<T> found = [];
        while (reader.Read())
        {
            found.Add(read(reader));
        }

        return found;
    }

    private SqliteCommand Command(string sql, (string Name, object? Value)[] values)
    {
        SqliteCommand command = File.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = sql;
        foreach ((string name, object? value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private void Migrate(string schema)
    {
        long version = (long)Scalar("PRAGMA user_version")!;
        if (version > SchemaVersion)
        {
            throw new MailException(MailError.StoreFailed,
                $"{FilePath} was written by a newer program (layout {version}, this one has {SchemaVersion}); use that one");
        }

        if (version == 0)
        {
            Execute("CREATE TABLE value (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID; " + schema
                + $" PRAGMA user_version = {SchemaVersion};");
        }
    }

    private static void MakePrivate(string path)
    {
        if (!System.IO.File.Exists(path))
        {
            FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using FileStream made = new(path, options);
        }
    }
}
