namespace NanoLibp2p.Crypto
{
    /// <summary>Multiples of the Ed25519 base point by a signed comb (Hamburg, "Fast and compact elliptic-curve cryptography",
    /// 3.3).</summary>
    internal static class EdwardsBase
    {
        /// <summary>
        /// scratch.P = s B; s in eight words, below 2^255. Each of 32 rounds doubles once and adds one entry of each comb: digit u of a
        /// comb's tooth i has the weight 2^(u + 32 i). Constant time: every digit is +1 or -1, so nothing is ever skipped.
        /// </summary>
        internal static void Multiply(uint[] s, CurveScratch scratch)
        {
            uint[] digits = scratch.Digits;
            ulong[] p = scratch.P;
            uint[] q = scratch.Q;
            scratch.Scalar.Recode(s, digits);
            EdwardsPoint.SetZero(p);
            for (int u = BaseTable.Spacing - 1; u >= 0; u--)
            {
                int at = u;
                for (int comb = 0; comb < BaseTable.Combs; comb++)
                {
                    uint bits = 0;
                    for (int i = 0; i < BaseTable.Teeth; i++)
                    {
                        bits |= ((digits[at >> 5] >> (at & 31)) & 1) << i;
                        at += BaseTable.Spacing;
                    }

                    // the top tooth is the sign: with a -1 there, all signs change and the entry is negated
                    uint negate = (bits >> (BaseTable.Teeth - 1)) - 1;
                    uint index = (bits ^ negate) & ((1 << (BaseTable.Teeth - 1)) - 1);
                    BaseTable.Select(comb, index, negate, q);
                    EdwardsPoint.Step(p, comb == 0 && u < BaseTable.Spacing - 1 ? 1 : 0, q, 0,
                        comb < BaseTable.Combs - 1 ? EdwardsPoint.Add | EdwardsPoint.WithT : EdwardsPoint.Add);
                }
            }
        }
    }
}
