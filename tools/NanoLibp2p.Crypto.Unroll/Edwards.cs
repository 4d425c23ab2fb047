using System.Numerics;

namespace NanoLibp2p.Crypto.Unroll;

/// <summary>The group of RFC 8032 5.1 in big integers: slow, short, and only for making tables.</summary>
public sealed record Edwards(BigInteger X, BigInteger Y)
{
    public static readonly BigInteger P = (BigInteger.One << 255) - 19;
    public static readonly BigInteger D = Modulo(-121665 * Inverse(121666));

    public static Edwards Zero { get; } = new(0, 1);

    /// <summary>RFC 8032 5.1: y = 4/5 and the even x.</summary>
    public static Edwards Base { get; } = new(
        BigInteger.Parse("15112221349535400772501151409588531511454012693041857206046113283949847762202"),
        BigInteger.Parse("46316835694926478169428394003475163141307993866256225615783033603165251855960"));

    public static Edwards operator +(Edwards a, Edwards b)
    {
        BigInteger product = D * a.X * b.X % P * a.Y % P * b.Y % P;
        return new(Modulo((a.X * b.Y + a.Y * b.X) * Inverse(1 + product)), Modulo((a.Y * b.Y + a.X * b.X) * Inverse(1 - product)));
    }

    public static Edwards operator -(Edwards a) => new(Modulo(-a.X), a.Y);

    public Edwards Times(BigInteger n)
    {
        Edwards sum = Zero, power = this;
        for (; n > 0; n >>= 1)
        {
            if (!n.IsEven)
            {
                sum += power;
            }

            power += power;
        }

        return sum;
    }

    /// <summary>(y + x)/2, (y - x)/2 and d x y, each as one 255-bit number.</summary>
    public BigInteger[] Niels() => [Modulo((Y + X) * Inverse(2)), Modulo((Y - X) * Inverse(2)), Modulo(D * X * Y)];

    private static BigInteger Modulo(BigInteger a) => (a % P + P) % P;

    private static BigInteger Inverse(BigInteger a) => BigInteger.ModPow(Modulo(a), P - 2, P);
}
