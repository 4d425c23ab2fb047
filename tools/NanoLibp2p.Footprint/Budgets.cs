using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.DeviceModel;

namespace NanoLibp2p.Footprint;

/// <summary>IL instructions that an operation may cost, and those that it should.</summary>
public sealed record Budget(string Operation, long Limit, long Stretch);

/// <summary>Bytes that assemblies may take together in flash.</summary>
public sealed record SizeLimit(string Name, string[] Assemblies, long Limit)
{
    /// <summary>Bytes that they take.</summary>
    public long Bytes(IEnumerable<AssemblySize> sizes) => sizes.Where(size => Assemblies.Contains(size.Name))
        .Sum(size => (long)size.FlashBytes);

    /// <summary>Whether they take more than they may.</summary>
    public bool IsOver(IEnumerable<AssemblySize> sizes) => Bytes(sizes) > Limit;
}

/// <summary>Every limit that the tool prints and the tests hold to.</summary>
public static class Budgets
{
    private static readonly string[] _loRa =
    [
        "NanoLibp2p.Noise", "NanoLibp2p.Frames", "NanoLibp2p.Hal", "NanoLibp2p.Hal.Frames", "NanoLibp2p.Hal.LoRa",
        "NanoLibp2p.Firmware.Radio",
    ];

    /// <summary>Dynamic counts. A name is that of an operation in <see cref="Operations.OperationList"/>.</summary>
    public static IReadOnlyList<Budget> Instructions { get; } =
    [
        new("X25519, any point", 1_500_000, 1_350_000),
        new("X25519, base point", 750_000, 550_000),
        new("Ed25519 sign, 32 bytes", 850_000, 650_000),
        new("Ed25519 verify", 1_900_000, 1_550_000),
        new("SHA-256, per block", 7_000, 6_000),
        new("ChaCha20-Poly1305, per byte", 125, 105),
        new("Noise XX initiator, unknown peer", 7_500_000, 6_300_000),
        new("Noise XX initiator, known peer", 5_600_000, 4_600_000),
        new("Publish a reading", 680_000, 640_000),
        new("Receive a reading", 1_650_000, 1_560_000),
    ];

    /// <summary>
    /// Byte code and metadata together, as nanoFramework keeps them. NanoLibp2p.Both is Noise and Core compiled as one assembly: that they
    /// are two, so that a radio can carry the first without the second, is not charged to them.
    /// </summary>
    public static IReadOnlyList<SizeLimit> Flash { get; } =
    [
        new("Noise and Core as one + PubSub + Hal + Tcp", ["NanoLibp2p.Both", "NanoLibp2p.PubSub", "NanoLibp2p.Hal", "NanoLibp2p.Hal.Tcp"],
            64 * 1024),
        new("the same with Crypto", ["NanoLibp2p.Both", "NanoLibp2p.PubSub", "NanoLibp2p.Hal", "NanoLibp2p.Hal.Tcp", "NanoLibp2p.Crypto"],
            110 * 1024),
        new("a node on a radio: Noise + Frames + Hal", ["NanoLibp2p.Noise", "NanoLibp2p.Frames", "NanoLibp2p.Hal"], 42 * 1024),
        new("a LoRa-only board with an SX127x: the same with driver and shell", [.. _loRa, "NanoLibp2p.Hal.LoRa.Sx127x"], 60 * 1024),
        new("a LoRa-only board with an SX126x", [.. _loRa, "NanoLibp2p.Hal.LoRa.Sx126x"], 60 * 1024),
        new("Frames.Airtime", ["NanoLibp2p.Frames.Airtime"], 2 * 1024 + 512),
        new("Kademlia", ["NanoLibp2p.Kademlia"], 10 * 1024),
        new("Postbox", ["NanoLibp2p.Postbox"], 14 * 1024),
        new("Postbox.Sender", ["NanoLibp2p.Postbox.Sender"], 8 * 1024),
        new("Postbox.Calls: mail over radios", ["NanoLibp2p.Postbox.Calls"], 4 * 1024 + 512),
        new("Relay", ["NanoLibp2p.Relay"], 6 * 1024),
        new("Relay with dialing", ["NanoLibp2p.Relay", "NanoLibp2p.Relay.Dialing"], 11 * 1024 + 256),
        new("Rendezvous", ["NanoLibp2p.Rendezvous"], 4 * 1024),
        new("Discovery", ["NanoLibp2p.Discovery"], 5 * 1024),
        new("multicast for it: Hal.Datagrams + Hal.Udp", ["NanoLibp2p.Hal.Datagrams", "NanoLibp2p.Hal.Udp"], 4 * 1024),
    ];

    /// <summary>Bytes of byte code in the cryptography; nanoFramework's own limit for one assembly is 65,535.</summary>
    public const int CryptoByteCode = 48 * 1024;

    /// <summary>Bytes of byte code in any assembly: nanoFramework's silent limit.</summary>
    public const int ByteCode = 65_535;

    /// <summary>Locals of a method.</summary>
    public const int Locals = 250;

    /// <summary>Bytes between a branch and its target.</summary>
    public const int BranchDistance = 32_000;

    /// <summary>The budget of an operation, or null when it has none.</summary>
    public static Budget? Of(string operation) => Instructions.FirstOrDefault(budget => budget.Operation == operation);
}
