using System;
using System.Collections.Generic;

namespace NanoLibp2p.Hal.Desktop;

/// <summary>A store that forgets everything at the end of the program: for boards that are thrown away.</summary>
public sealed class MemoryStore : IStore
{
    private readonly Dictionary<string, byte[]> _values = [];

    /// <inheritdoc/>
    public int Read(string name, byte[] buffer, int offset, int capacity)
    {
        if (!_values.TryGetValue(StoreName.Check(name), out byte[]? value))
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

    /// <inheritdoc/>
    public bool Write(string name, byte[] buffer, int offset, int count)
    {
        _values[StoreName.Check(name)] = buffer.AsSpan(offset, count).ToArray();
        return true;
    }
}
