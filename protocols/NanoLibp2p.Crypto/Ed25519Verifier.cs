namespace NanoLibp2p.Crypto
{
    /// <summary>
    /// Ed25519 verification (RFC 8032 5.1.7), cofactorless: R must be the very encoding of S B - k A. Everything here is public, so
    /// that branches and indexes may depend on it.
    /// </summary>
    internal sealed class Ed25519Verifier
    {
        /// <summary>Window of the digits: they are odd and at most 15, so a table has 8 entries.</summary>
        private const int Window = 5;

        private readonly Sha512 _sha;
        private readonly CurveScratch _scratch;

        // -A, -3 A .. -15 A: Y + X, Y - X, 2 d T, 2 Z of each
        private readonly uint[] _table = new uint[8 * 4 * Field25519.Limbs];

        internal Ed25519Verifier(Sha512 sha, CurveScratch scratch)
        {
            _sha = sha;
            _scratch = scratch;
        }

        internal bool Verify(byte[] publicKey, int publicKeyOffset, byte[] message, int offset, int count,
            byte[] signature, int signatureOffset)
        {
            ulong[] p = _scratch.P;
            ulong[] w = _scratch.W;
            uint[] s = _scratch.A;
            uint[] k = _scratch.K;
            if (!_scratch.Scalar.IsReduced(signature, signatureOffset + 32, s)
                || !EdwardsPoint.Decode(publicKey, publicKeyOffset, p, w, _scratch.Bytes))
            {
                return false;
            }

            _sha.Start();
            _sha.Update(signature, signatureOffset, 32);
            _sha.Update(publicKey, publicKeyOffset, 32);
            _sha.Update(message, offset, count);
            _sha.Finish(_scratch.Hash, 0);
            _scratch.Scalar.Reduce(_scratch.Hash, k);
            ShiftUp(s);
            ShiftUp(k);
            MakeTable();
            Multiply();
            EdwardsPoint.Encode(p, w, _scratch.Bytes, 0);
            bool right = ConstantTime.Equal(_scratch.Bytes, 0, signature, signatureOffset, 32);
            _scratch.Clear();
            return right;
        }

        /// <summary>Odd multiples of -A from A in _scratch.P.</summary>
        private void MakeTable()
        {
            ulong[] p = _scratch.P;
            ulong[] w = _scratch.W;
            Field25519.Set(w, 0, 0);
            Field25519.Subtract(p, EdwardsPoint.X, w, 0, p, EdwardsPoint.X);
            Field25519.Subtract(p, EdwardsPoint.T, w, 0, p, EdwardsPoint.T);

            // twice the point waits in the last entry, of which it makes the next to last
            const int last = 7 * 4 * Field25519.Limbs;
            EdwardsPoint.ToCached(p, w, _table, 0);
            EdwardsPoint.Step(p, 1, null, 0, EdwardsPoint.WithT);
            EdwardsPoint.ToCached(p, w, _table, last);
            EdwardsPoint.Step(p, 0, _table, 0, EdwardsPoint.Add | EdwardsPoint.Projective | EdwardsPoint.WithT);
            for (int i = 1; ; i++)
            {
                EdwardsPoint.ToCached(p, w, _table, 4 * Field25519.Limbs * i);
                if (i == 7)
                {
                    break;
                }

                EdwardsPoint.Step(p, 0, _table, last, EdwardsPoint.Add | EdwardsPoint.Projective | EdwardsPoint.WithT);
            }
        }

        /// <summary>
        /// _scratch.P = s B - k A, of its A and K: one chain of doublings for both. The digits are found from the top, without memory, by
        /// Okeya's wMOF ("Signed binary representations revisited", CRYPTO 2004): digit i of 2 k - k is k_(i-1) - k_i; at the first that is
        /// not 0 a window of five begins, whose value has an odd part of at most 15.
        /// </summary>
        private void Multiply()
        {
            ulong[] p = _scratch.P;
            uint[] q = _scratch.Q;
            uint[] s = _scratch.A;
            uint[] k = _scratch.K;
            EdwardsPoint.SetZero(p);
            int doublings = 0;
            bool started = false;
            int atA = -1;
            int atB = -1;
            uint digitA = 0;
            uint digitB = 0;
            for (int i = 256; i >= 0; i--)
            {
                doublings++;
                if (atA < 0)
                {
                    digitA = Digit(k, i);
                    if (digitA != 0)
                    {
                        atA = i - (Window - 1) + (int)(digitA >> 8);
                    }
                }

                if (atB < 0)
                {
                    digitB = Digit(s, i);
                    if (digitB != 0)
                    {
                        atB = i - (Window - 1) + (int)(digitB >> 8);
                    }
                }

                if (atA != i && atB != i)
                {
                    continue;
                }

                // nothing but zero stands before the first digit
                if (!started)
                {
                    started = true;
                    doublings = 0;
                }

                if (atB == i)
                {
                    int mode = (digitB & 0x80) != 0 ? EdwardsPoint.Add | EdwardsPoint.Negative : EdwardsPoint.Add;
                    BaseTable.Load((int)((digitB >> 1) & 7), q);
                    EdwardsPoint.Step(p, doublings, q, 0, atA == i ? mode | EdwardsPoint.WithT : mode);
                    doublings = 0;
                    atB = -1;
                }

                if (atA == i)
                {
                    int mode = EdwardsPoint.Add | EdwardsPoint.Projective;
                    EdwardsPoint.Step(p, doublings, _table, 4 * Field25519.Limbs * (int)((digitA >> 1) & 7),
                        (digitA & 0x80) != 0 ? mode | EdwardsPoint.Negative : mode);
                    doublings = 0;
                    atA = -1;
                }
            }

            if (started && doublings > 0)
            {
                EdwardsPoint.Step(p, doublings, null, 0, 0);
            }
        }

        /// <summary>
        /// The digit of the window whose top is at i: 0 if none begins there; else its odd part in bits 0..6, its sign in bit 7, and
        /// from bit 8 how many places above the window's end it stands. The scalar is held shifted up by five.
        /// </summary>
        private static uint Digit(uint[] scalar, int i)
        {
            int word = i >> 5;
            int bit = i & 31;
            uint six = scalar[word] >> bit;
            if (bit > 26)
            {
                six |= scalar[word + 1] << (32 - bit);
            }

            six &= 63;
            if ((((six >> 1) ^ six) & 16) == 0)
            {
                return 0;
            }

            uint size = ((six & 31) + 1) >> 1;
            uint sign = 0;
            if (six >= 32)
            {
                size = 16 - size;
                sign = 0x80;
            }

            uint places = 0;
            while ((size & 1) == 0)
            {
                size >>= 1;
                places += 0x100;
            }

            return size | sign | places;
        }

        private static void ShiftUp(uint[] scalar)
        {
            scalar[9] = 0;
            scalar[8] = scalar[7] >> 27;
            for (int i = 7; i > 0; i--)
            {
                scalar[i] = (scalar[i] << 5) | (scalar[i - 1] >> 27);
            }

            scalar[0] <<= 5;
        }
    }
}
