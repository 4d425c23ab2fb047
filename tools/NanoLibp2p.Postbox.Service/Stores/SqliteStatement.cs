using System;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// A prepared statement of a connection, by SQLite's own calls: those of ADO.NET look each parameter up by its name at each use, which for
/// rows this small is most of the time. For one caller at a time.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Prepares it.</summary>
    /// <param name="connection">Open; outlives the statement.</param>
    /// <param name="text">One statement, with parameters ?1, ?2, ...</param>
    internal SqliteStatement(SqliteConnection connection, string text)
    {
        _database = connection.Handle!;
        Must(raw.sqlite3_prepare_v2(_database, text, out _statement));
    }

    /// <summary>Sets a parameter.</summary>
    /// <param name="index">From 1.</param>
    /// <param name="value">The value.</param>
    internal void Bind(int index, long value) => Must(raw.sqlite3_bind_int64(_statement, index, value));

    /// <summary>Sets a parameter.</summary>
    /// <param name="index">From 1.</param>
    /// <param name="value">The bytes, which SQLite copies; none is a blob without bytes.</param>
    internal void Bind(int index, ReadOnlySpan<byte> value) =>
        Must(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, index, 0) : raw.sqlite3_bind_blob(_statement, index, value));

    /// <summary>Goes on to the next row. After an error the statement is reset.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="SqliteException">It failed.</exception>
    internal bool Step()
    {
        int code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code == raw.SQLITE_DONE)
        {
            return false;
        }

        SqliteException fault = Fault(code);
        raw.sqlite3_reset(_statement);
        throw fault;
    }

    /// <summary>Ends reading, so that it can be used again.</summary>
    internal void Reset() => raw.sqlite3_reset(_statement);

    /// <summary>Does what returns no rows, with integers.</summary>
    /// <param name="values">From the first parameter on.</param>
    internal void Run(params ReadOnlySpan<long> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            Bind(i + 1, values[i]);
        }

        Step();
        Reset();
    }

    /// <summary>A column of the row.</summary>
    /// <param name="column">From 0.</param>
    /// <returns>Its number; 0 where there is none.</returns>
    internal long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>A column of the row.</summary>
    /// <param name="column">From 0.</param>
    /// <returns>Its bytes, good until the next step; none where there is none.</returns>
    internal ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <summary>Gives it back.</summary>
    public void Dispose() => _statement.Dispose();

    private void Must(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Fault(code);
        }
    }

    private SqliteException Fault(int code) => new(raw.sqlite3_errmsg(_database).utf8_to_string(), code & 0xff, code);
}
