using System.Collections.Generic;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>All operations, in the order of the table. A new part of the house adds a class like <see cref="CryptoOperations"/> and a line
/// here.</summary>
public static class OperationList
{
    /// <summary>Every operation.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [
        .. CryptoOperations.All,
        .. NoiseOperations.All,
        .. ConnectionOperations.All,
        .. PubSubOperations.All,
    ];
}
