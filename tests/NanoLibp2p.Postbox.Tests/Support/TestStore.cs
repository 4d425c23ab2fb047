using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>A board's store that can refuse writes, or lose its power at one of them. Takes its memory at the first write of a
/// name.</summary>
internal sealed class TestStore : IStore
{
    private readonly Dictionary<string, (byte[] Bytes, int Count)> _values = [];

    /// <summary>Writes that succeeded.</summary>
    public int Writes { get; private set; }

    /// <summary>Refuses every write.</summary>
    public bool IsFull { get; set; }

    /// <summary>The write that throws <see cref="PowerCut"/>, counted from 1; 0 for none.</summary>
    public int CutAt { get; set; }

    /// <summary>Whether that write is still done.</summary>
    public bool CutsAfter { get; set; }

    /// <summary>Told of each write that succeeded.</summary>
    public Action<string>? OnWrite { get; set; }

    public int Read(string name, byte[] buffer, int offset, int capacity)
    {
        if (!_values.TryGetValue(name, out (byte[] Bytes, int Count) value))
        {
            return -1;
        }

        if (value.Count > capacity)
        {
            return -2;
        }

        Array.Copy(value.Bytes, 0, buffer, offset, value.Count);
        return value.Count;
    }

    public bool Write(string name, byte[] buffer, int offset, int count)
    {
        if (IsFull)
        {
            return false;
        }

        bool cut = Writes + 1 == CutAt;
        if (cut && !CutsAfter)
        {
            throw new PowerCut();
        }

        if (!_values.TryGetValue(name, out (byte[] Bytes, int Count) value) || value.Bytes.Length < count)
        {
            value.Bytes = new byte[4096];
        }

        Array.Copy(buffer, offset, value.Bytes, 0, count);
        _values[name] = (value.Bytes, count);
        Writes++;
        OnWrite?.Invoke(name);
        return cut ? throw new PowerCut() : true;
    }

    public byte[]? Get(string name) => _values.TryGetValue(name, out (byte[] Bytes, int Count) value) ? value.Bytes[..value.Count] : null;

    public void Put(string name, byte[] bytes) => _values[name] = (bytes, bytes.Length);

    /// <summary>What a board sees of its last moment.</summary>
    public sealed class PowerCut : Exception;
}
