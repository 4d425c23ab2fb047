using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Radio.Tests.Serial;

/// <summary>One end of a serial line in memory, which a test may damage.</summary>
internal sealed class MemoryLine : ISerialLine
{
    private readonly Queue<byte> _in = new();
    private MemoryLine _far = null!;

    public int BitRate => 115_200;

    /// <summary>What becomes of a byte on its way to this end: null when it is lost.</summary>
    internal Func<byte, byte?> Noise { get; set; } = value => value;

    /// <summary>Bytes that a write takes at most.</summary>
    internal int Room { get; set; } = int.MaxValue;

    internal bool IsBroken { get; set; }

    internal static (MemoryLine Near, MemoryLine Far) Pair()
    {
        MemoryLine near = new();
        MemoryLine far = new() { _far = near };
        near._far = far;
        return (near, far);
    }

    public LinkError Open() => IsBroken ? LinkError.Unreachable : LinkError.None;

    public int Read(byte[] buffer, int offset, int count)
    {
        int at = 0;
        while (at < count && _in.TryDequeue(out byte value))
        {
            buffer[offset + at++] = value;
        }

        return at == 0 && IsBroken ? LinkResult.Failed : at;
    }

    public int Write(byte[] buffer, int offset, int count)
    {
        int taken = Math.Min(count, Room);
        for (int i = 0; i < taken; i++)
        {
            _far.Put(buffer[offset + i]);
        }

        return IsBroken ? LinkResult.Failed : taken;
    }

    public void Wait(int milliseconds)
    {
    }

    public void Close() => _in.Clear();

    internal void Put(byte value)
    {
        if (Noise(value) is { } arrived)
        {
            _in.Enqueue(arrived);
        }
    }
}
