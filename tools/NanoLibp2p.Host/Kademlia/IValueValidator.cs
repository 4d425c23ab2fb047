using System.Collections.Generic;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// What values of a namespace are valid, and which is better (kad-dht spec, "Entry validation"). Called from any thread, with what peers
/// sent: it must not throw for that, must not keep the arrays, and must be quick.
/// </summary>
public interface IValueValidator
{
    /// <summary>Whether a value may stand under a key. Asked for each value that comes in, and again before one is handed on.</summary>
    /// <param name="key">The whole key, such as the bytes of <c>/pk/...</c>.</param>
    /// <param name="value">The value.</param>
    bool IsValid(byte[] key, byte[] value);

    /// <summary>The best of several valid values. It must pick the same of the same values in any order.</summary>
    /// <param name="key">The whole key.</param>
    /// <param name="values">At least one.</param>
    /// <returns>Its index.</returns>
    int Select(byte[] key, IReadOnlyList<byte[]> values);
}
