using System;
using System.Collections.Generic;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Tests;

/// <summary>A board's store whose power goes before or after a write, by chance, and which may give the value before the last.</summary>
internal sealed class BoardStore(Random random) : IStore, ICopiedStore
{
    private byte[]? _value;
    private byte[]? _before;

    public bool IsOlder { get; private set; }

    public double Cuts { get; set; }

    public int CutCount { get; private set; }

    public void Lose() => (_value, _before, IsOlder) = (null, null, false);

    /// <summary>The last write can't be read any more.</summary>
    public void GoBack() => (_value, IsOlder) = (_before ?? _value, _value != null);

    public int Read(string name, byte[] buffer, int offset, int capacity)
    {
        _value?.CopyTo(buffer, offset);
        return _value?.Length ?? -1;
    }

    public bool Write(string name, byte[] buffer, int offset, int count)
    {
        double chance = random.NextDouble();
        if (chance < Cuts / 2)
        {
            CutCount++;
            throw new PowerCut();
        }

        _before = _value;
        IsOlder = false;
        _value = buffer.AsSpan(offset, count).ToArray();
        if (chance < Cuts)
        {
            CutCount++;
            throw new PowerCut();
        }

        return true;
    }
}

/// <summary>A gateway's store likewise, which remembers everything that it ever took, and can go back to a copy.</summary>
internal sealed class GatewayStore(Random random) : IFrameStore
{
    private readonly List<FrameDevice?> _copies = [];
    private FrameDevice? _device;

    public double Cuts { get; set; }

    public int CutCount { get; private set; }

    /// <summary>Root and number of each frame that was taken, once each.</summary>
    public HashSet<(string Root, int Number)> Taken { get; } = [];

    /// <summary>What it found wrong; null for nothing.</summary>
    public string? Fault { get; private set; }

    public FrameDevice? Device => _device;

    public void Copy() => _copies.Add(_device);

    public void GoBack() => _device = _copies[random.Next(_copies.Count)];

    public IEnumerable<FrameDevice> Load() => _device == null ? [] : [_device];

    public void Remove(PeerId peer) => _device = null;

    public IEnumerable<FramePublication> Outbox() => [];

    public void Published(FramePublication publication)
    {
    }

    public byte[]? ReadNote(string name) => null;

    public void WriteNote(string name, byte[] value)
    {
    }

    public void Save(FrameDevice device, FrameTaken? taken)
    {
        double chance = random.NextDouble();
        if (chance < Cuts / 2)
        {
            CutCount++;
            throw new PowerCut();
        }

        _device = device;
        if (taken != null && !Taken.Add((Convert.ToHexString(device.Confirmed!.Root), taken.Number)))
        {
            Fault = "a frame was accepted twice";
        }

        if (chance < Cuts)
        {
            CutCount++;
            throw new PowerCut();
        }
    }
}
