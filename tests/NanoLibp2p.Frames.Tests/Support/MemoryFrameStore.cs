using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Tests;

/// <summary>A gateway's store that is gone with the test.</summary>
internal sealed class MemoryFrameStore : IFrameStore
{
    private readonly Dictionary<PeerId, FrameDevice> _devices = [];
    private readonly List<FramePublication> _outbox = [];
    private readonly Dictionary<string, byte[]> _notes = [];

    public IEnumerable<FrameDevice> Load() => [.. _devices.Values];

    public void Save(FrameDevice device, FrameTaken? taken)
    {
        _devices[device.Peer] = device;
        if (taken?.Publication is { } publication)
        {
            _outbox.Add(publication);
        }
    }

    public void Remove(PeerId peer) => _devices.Remove(peer);

    public IEnumerable<FramePublication> Outbox() => [.. _outbox];

    public void Published(FramePublication publication)
        => _outbox.RemoveAll(one => one.From.Equals(publication.From) && one.Number == publication.Number);

    public byte[]? ReadNote(string name) => _notes.GetValueOrDefault(name);

    public void WriteNote(string name, byte[] value) => _notes[name] = value;
}
