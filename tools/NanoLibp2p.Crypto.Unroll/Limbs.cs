using System.Linq;
using System.Numerics;

namespace NanoLibp2p.Crypto.Unroll;

/// <summary>
/// A field element as the code being written sees it: nine expressions, and the largest value that each can have.
/// Limb k has the weight 2^(29 k).
/// </summary>
public sealed class Limbs
{
    public const int Count = 9;
    public const int Bits = 29;

    /// <summary>The top limb ends at 2^255: 255 - 8 * 29.</summary>
    public const int TopBits = 23;

    public static readonly BigInteger Mask = (BigInteger.One << Bits) - 1;
    public static readonly BigInteger TopMask = (BigInteger.One << TopBits) - 1;

    /// <summary>What every element in memory keeps to, and every product and square: only limb 1 may pass 29 bits, by 2^17.</summary>
    public static readonly BigInteger[] Tight = Enumerable.Range(0, Count)
        .Select(k => k == 8 ? TopMask : k == 1 ? Mask + (BigInteger.One << 17) : Mask).ToArray();

    public Limbs(string name) : this(Enumerable.Range(0, Count).Select(k => name + k).ToArray())
    {
    }

    public Limbs(string[] at)
    {
        At = at;
        Max = (BigInteger[])Tight.Clone();
    }

    public string[] At { get; }

    /// <summary>What comments call it where it is kept in locals of another name; null for the name of those.</summary>
    public string? Label { get; init; }

    public BigInteger[] Max { get; private set; }

    /// <summary>Where two branches meet, the larger of both counts.</summary>
    public void Widen(Limbs other) => Max = Max.Zip(other.Max, BigInteger.Max).ToArray();
}
