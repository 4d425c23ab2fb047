using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>Where a gateway keeps its devices' sessions, and what they sent until it is published (SPEC.md 7, G1 to G5).</summary>
public interface IFrameStore
{
    /// <summary>All devices. Called once, at the start; they may be saved meanwhile.</summary>
    IEnumerable<FrameDevice> Load();

    /// <summary>Stores a device in the place of its former state and a frame of it in the outbox, in one transaction: both or neither,
    /// whenever the power goes. Returns when it is durable.</summary>
    /// <param name="device">The device.</param>
    /// <param name="taken">What is to be acted on; null for nothing.</param>
    /// <exception cref="System.IO.IOException">The store takes nothing. What the caller knew before is true.</exception>
    void Save(FrameDevice device, FrameTaken? taken);

    /// <summary>Removes a device and its roots, so that none of their bytes is left. What it sent stays in the outbox.</summary>
    /// <param name="peer">Whom; one that is not there is passed over.</param>
    /// <exception cref="System.IO.IOException">The store takes nothing.</exception>
    void Remove(PeerId peer);

    /// <summary>Messages that were taken and not published yet, oldest first.</summary>
    IEnumerable<FramePublication> Outbox();

    /// <summary>The oldest of those of one topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="count">How many at most.</param>
    IReadOnlyList<FramePublication> Outbox(string topic, int count) => [.. Outbox().Where(one => one.Topic == topic).Take(count)];

    /// <summary>How many there are of each topic that has any.</summary>
    IReadOnlyDictionary<string, long> OutboxTopics()
        => Outbox().CountBy(one => one.Topic).ToDictionary(one => one.Key, one => (long)one.Value);

    /// <summary>A message is on its topic, and leaves the outbox.</summary>
    /// <param name="publication">Which; one that is not there is passed over.</param>
    /// <exception cref="System.IO.IOException">The store takes nothing: it will be published once more.</exception>
    void Published(FramePublication publication);

    /// <summary>A note that was written under a name; null for none.</summary>
    byte[]? ReadNote(string name);

    /// <summary>Writes a note in the place of one of that name: airtime, by the name of a link. Returns when it is durable.</summary>
    /// <exception cref="System.IO.IOException">The store takes nothing.</exception>
    void WriteNote(string name, byte[] value);
}

/// <summary>A frame for which the gateway has assumed responsibility.</summary>
/// <param name="Number">Its number in its session.</param>
/// <param name="Kind">Channel and sub: <see cref="FrameInner"/>.</param>
/// <param name="Body">Its body.</param>
public sealed record FrameTaken(int Number, int Kind, ReadOnlyMemory<byte> Body)
{
    /// <summary>What goes to a topic, into the outbox with the same transaction; null for nothing.</summary>
    public FramePublication? Publication { get; init; }

    /// <summary>Whether it was a reading that the gateway had.</summary>
    public bool IsRepeat { get; init; }
}
