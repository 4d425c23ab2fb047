using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869) on a hash that is lent.</summary>
    internal sealed class Hmac
    {
        private readonly Sha256 sha;
        private readonly byte[] pad = new byte[Sha256.BlockBytes];

        // the states behind the two blocks that a key makes: worked out once for all the hashes of one derivation
        private readonly uint[] inner = new uint[8];
        private readonly uint[] outer = new uint[8];

        // a hash, and the counter of RFC 5869 2.3
        private readonly byte[] t = new byte[33];

        internal Hmac(Sha256 sha)
        {
            this.sha = sha;
        }

        internal void Compute(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac, int macOffset)
        {
            SetKey(key, keyOffset, keyCount);
            sha.Resume(inner);
            sha.Update(data, offset, count);
            End(mac, macOffset);
            Clear();
        }

        internal void Derive(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
            byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount)
        {
            Compute(salt, saltOffset, saltCount, ikm, ikmOffset, ikmCount, t, 0);
            SetKey(t, 0, 32);
            int made = 0;
            for (int n = 1; made < okmCount; n++)
            {
                t[32] = (byte)n;
                sha.Resume(inner);
                if (n > 1)
                {
                    sha.Update(t, 0, 32);
                }

                sha.Update(info, infoOffset, infoCount);
                sha.Update(t, 32, 1);
                End(t, 0);
                int part = okmCount - made;
                if (part > 32)
                {
                    part = 32;
                }

                Array.Copy(t, 0, okm, okmOffset + made, part);
                made += part;
            }

            Wipe.Clear(t);
            Clear();
        }

        private void SetKey(byte[] key, int keyOffset, int keyCount)
        {
            Wipe.Clear(pad);
            if (keyCount > Sha256.BlockBytes)
            {
                sha.Start();
                sha.Update(key, keyOffset, keyCount);
                sha.Finish(pad, 0);
            }
            else if (keyCount > 0)
            {
                Array.Copy(key, keyOffset, pad, 0, keyCount);
            }

            Pad(0x36, inner);
            Pad(0x36 ^ 0x5c, outer);
            Wipe.Clear(pad);
        }

        private void Pad(int flip, uint[] midstate)
        {
            byte[] pad = this.pad;
            for (int i = 0; i < Sha256.BlockBytes; i++)
            {
                pad[i] = (byte)(pad[i] ^ flip);
            }

            sha.Start();
            sha.Update(pad, 0, Sha256.BlockBytes);
            sha.Keep(midstate);
        }

        private void End(byte[] mac, int macOffset)
        {
            // the inner hash waits where the tag will stand: key and data have been read by now
            sha.Finish(mac, macOffset);
            sha.Resume(outer);
            sha.Update(mac, macOffset, 32);
            sha.Finish(mac, macOffset);
        }

        private void Clear()
        {
            Wipe.Clear(inner);
            Wipe.Clear(outer);
        }
    }
}
