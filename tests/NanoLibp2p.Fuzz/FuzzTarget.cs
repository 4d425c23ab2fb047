using System;
using System.Collections.Concurrent;
using System.Collections.Generic;

namespace NanoLibp2p.Fuzz;

/// <summary>Something that reads a peer's bytes. It throws when what it reads with breaks a promise.</summary>
public sealed class FuzzTarget
{
    private readonly Action<byte[]> _run;

    private FuzzTarget(string name, Action<byte[]> run)
    {
        Name = name;
        _run = run;
    }

    /// <summary>All targets; each has its seeds in <c>seeds/NAME</c>.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("multiaddr", MultiaddrTarget.Run),
        new("protobuf", ProtobufTarget.Run),
        new("record", RecordTarget.Run),
        new("noise", NoiseTarget.Run),
        new("multistream", MultistreamTarget.Run),
        new("yamux", YamuxTarget.Run),
        new("link", NodeTarget.RunLink),
        new("session", NodeTarget.RunSession),
        new("pubsub", NodeTarget.RunPubSub),
        new("mdns", MdnsTarget.Run),
        new("kademlia", KademliaTarget.Run),
        new("postbox", PostboxTarget.Run),
        new("relay", RelayTarget.Run),
        new("rendezvous", RendezvousTarget.Run),
        new("frames", FrameTarget.Run),
    ];

    public string Name { get; }

    /// <summary>How often a target saw what, by name; null where nobody wants to know.</summary>
    internal static ConcurrentDictionary<string, long>? Seen { get; set; }

    public void Run(byte[] input) => _run(input);

    /// <summary>Counts what a target saw.</summary>
    internal static void Note(string what) => Seen?.AddOrUpdate(what, 1, (_, count) => count + 1);

    internal static void Must(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
