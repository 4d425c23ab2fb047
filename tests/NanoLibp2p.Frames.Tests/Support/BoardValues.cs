using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Frames.Tests;

/// <summary>A board's store with values by name.</summary>
internal sealed class BoardValues : IStore
{
    private readonly Dictionary<string, byte[]> _values = [];

    /// <summary>Whether it takes no write.</summary>
    public bool IsFull { get; set; }

    /// <summary>Writes that it took.</summary>
    public int Writes { get; private set; }

    public int Read(string name, byte[] buffer, int offset, int capacity)
    {
        if (!_values.TryGetValue(name, out byte[]? value))
        {
            return -1;
        }

        if (value.Length > capacity)
        {
            return -2;
        }

        value.CopyTo(buffer, offset);
        return value.Length;
    }

    public bool Write(string name, byte[] buffer, int offset, int count)
    {
        if (IsFull)
        {
            return false;
        }

        Writes++;
        if (!_values.TryGetValue(name, out byte[]? value) || value.Length != count)
        {
            _values[name] = value = new byte[count];
        }

        Array.Copy(buffer, offset, value, 0, count);
        return true;
    }
}
