using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869) on a hash that is lent.</summary>
    internal sealed class Hmac
    {
        private readonly Sha256 _sha;
        private readonly byte[] _pad = new byte[Sha256.BlockBytes];

        // the states behind the two blocks that a key makes: worked out once for all the hashes of one derivation
        private readonly uint[] _inner = new uint[8];
        private readonly uint[] _outer = new uint[8];

        // a hash, and the counter of RFC 5869 2.3
        private readonly byte[] _t = new byte[33];

        internal Hmac(Sha256 sha)
        {
            _sha = sha;
        }

        internal void Compute(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac, int macOffset)
        {
            SetKey(key, keyOffset, keyCount);
            _sha.Resume(_inner);
            _sha.Update(data, offset, count);
            End(mac, macOffset);
            Clear();
        }

        internal void Derive(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
            byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount)
        {
            Compute(salt, saltOffset, saltCount, ikm, ikmOffset, ikmCount, _t, 0);
            SetKey(_t, 0, 32);
            int made = 0;
            for (int n = 1; made < okmCount; n++)
            {
                _t[32] = (byte)n;
                _sha.Resume(_inner);
                if (n > 1)
                {
                    _sha.Update(_t, 0, 32);
                }

                _sha.Update(info, infoOffset, infoCount);
                _sha.Update(_t, 32, 1);
                End(_t, 0);
                int part = okmCount - made;
                if (part > 32)
                {
                    part = 32;
                }

                Array.Copy(_t, 0, okm, okmOffset + made, part);
                made += part;
            }

            Wipe.Clear(_t);
            Clear();
        }

        private void SetKey(byte[] key, int keyOffset, int keyCount)
        {
            Wipe.Clear(_pad);
            if (keyCount > Sha256.BlockBytes)
            {
                _sha.Start();
                _sha.Update(key, keyOffset, keyCount);
                _sha.Finish(_pad, 0);
            }
            else if (keyCount > 0)
            {
                Array.Copy(key, keyOffset, _pad, 0, keyCount);
            }

            Pad(0x36, _inner);
            Pad(0x36 ^ 0x5c, _outer);
            Wipe.Clear(_pad);
        }

        private void Pad(int flip, uint[] midstate)
        {
            byte[] pad = _pad;
            for (int i = 0; i < Sha256.BlockBytes; i++)
            {
                pad[i] = (byte)(pad[i] ^ flip);
            }

            _sha.Start();
            _sha.Update(pad, 0, Sha256.BlockBytes);
            _sha.Keep(midstate);
        }

        private void End(byte[] mac, int macOffset)
        {
            // the inner hash waits where the tag will stand: key and data have been read by now
            _sha.Finish(mac, macOffset);
            _sha.Resume(_outer);
            _sha.Update(mac, macOffset, 32);
            _sha.Finish(mac, macOffset);
        }

        private void Clear()
        {
            Wipe.Clear(_inner);
            Wipe.Clear(_outer);
        }
    }
}
