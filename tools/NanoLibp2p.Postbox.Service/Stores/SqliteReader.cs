using System;
using Microsoft.Data.Sqlite;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>A connection that reads bodies, for one caller at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _whole;
    private readonly SqliteCommand _part;
    private readonly SqliteParameter _wholeOf;
    private readonly SqliteParameter _partOf;
    private readonly SqliteParameter _from;
    private readonly SqliteParameter _count;

    /// <summary>Prepares its statements.</summary>
    /// <param name="connection">For reading; becomes the reader's.</param>
    internal SqliteReader(SqliteConnection connection)
    {
        _connection = connection;
        _whole = connection.CreateCommand();
        _whole.CommandText = "SELECT item FROM body WHERE seq=$seq";
        _wholeOf = _whole.Parameters.Add("$seq", SqliteType.Integer);
        _part = connection.CreateCommand();
        _part.CommandText = "SELECT substr(item, $from, $count) FROM body WHERE seq=$seq";
        _partOf = _part.Parameters.Add("$seq", SqliteType.Integer);
        _from = _part.Parameters.Add("$from", SqliteType.Integer);
        _count = _part.Parameters.Add("$count", SqliteType.Integer);
    }

    /// <summary>Reads a body.</summary>
    /// <param name="sequence">Which.</param>
    /// <returns>All of it; null for none.</returns>
    internal byte[]? ReadWhole(long sequence)
    {
        _wholeOf.Value = sequence;
        return _whole.ExecuteScalar() as byte[];
    }

    /// <summary>Reads a part.</summary>
    /// <param name="sequence">Of which.</param>
    /// <param name="offset">From 0.</param>
    /// <param name="destination">Where it goes.</param>
    /// <returns>How many bytes; -1 when there is no such body.</returns>
    internal int ReadPart(long sequence, int offset, Span<byte> destination)
    {
        _partOf.Value = sequence;
        _from.Value = offset + 1L;
        _count.Value = destination.Length;
        if (_part.ExecuteScalar() is not byte[] part)
        {
            return -1;
        }

        part.CopyTo(destination);
        return part.Length;
    }

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        _whole.Dispose();
        _part.Dispose();
        _connection.Dispose();
    }
}
