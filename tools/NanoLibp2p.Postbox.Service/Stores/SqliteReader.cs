using System;
using Microsoft.Data.Sqlite;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>A connection that reads bodies, for one caller at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _whole;
    private readonly SqliteStatement _part;

    /// <summary>Prepares its statements.</summary>
    /// <param name="connection">For reading; becomes the reader's.</param>
    internal SqliteReader(SqliteConnection connection)
    {
        _connection = connection;
        _whole = new SqliteStatement(connection, "SELECT item FROM body WHERE seq=?1");
        _part = new SqliteStatement(connection, "SELECT substr(item, ?2, ?3) FROM body WHERE seq=?1");
    }

    /// <summary>Reads a body, hashes it, and takes a part.</summary>
    /// <param name="sequence">Which.</param>
    /// <param name="id">What it has to hash to.</param>
    /// <param name="offset">Of the part, from 0.</param>
    /// <param name="destination">Where the part goes, if the body is whole.</param>
    /// <param name="count">How many bytes it is; -1 when there is no such body.</param>
    /// <returns>Whether it hashes to its id, or is not there.</returns>
    internal bool ReadWhole(long sequence, ItemId id, int offset, Span<byte> destination, out int count)
    {
        _whole.Bind(1, sequence);
        try
        {
            if (!_whole.Step())
            {
                count = -1;
                return true;
            }

            ReadOnlySpan<byte> body = _whole.Blob(0);
            if (ItemId.Of(body) != id)
            {
                count = 0;
                return false;
            }

            count = Take(body[Math.Min(offset, body.Length)..], destination);
            return true;
        }
        finally
        {
            _whole.Reset();
        }
    }

    /// <summary>Reads a part.</summary>
    /// <param name="sequence">Of which.</param>
    /// <param name="offset">From 0.</param>
    /// <param name="destination">Where it goes.</param>
    /// <returns>How many bytes; -1 when there is no such body.</returns>
    internal int ReadPart(long sequence, int offset, Span<byte> destination)
    {
        _part.Bind(1, sequence);
        _part.Bind(2, offset + 1L);
        _part.Bind(3, destination.Length);
        try
        {
            return _part.Step() ? Take(_part.Blob(0), destination) : -1;
        }
        finally
        {
            _part.Reset();
        }
    }

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        _whole.Dispose();
        _part.Dispose();
        _connection.Dispose();
    }

    private static int Take(ReadOnlySpan<byte> part, Span<byte> destination)
    {
        part = part[..Math.Min(part.Length, destination.Length)];
        part.CopyTo(destination);
        return part.Length;
    }
}
