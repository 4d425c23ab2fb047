using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>Known answers, asked of a provider before it is trusted.</summary>
    public static class SelfTest
    {
        /// <summary>Bytes of all results together.</summary>
        private const int Results = 32 + 64 + 32 + 40 + 64 + 80 + 32 + 32 + 32 + 64;

        /// <summary>
        /// Runs every operation once and compares the SHA-256 hash of all results with the known one; then sees that a changed tag and a
        /// changed signature are refused. Takes about as long as a handshake, and 800 bytes while it runs.
        /// </summary>
        /// <returns>False when anything differs, also when the provider throws.</returns>
        /// <exception cref="OutOfMemoryException">There was too little memory for it, which says nothing of the provider.</exception>
        public static bool Passes(CryptoProvider provider)
        {
            try
            {
                return Run(provider);
            }
            catch (OutOfMemoryException)
            {
                // says nothing of the arithmetic
                throw;
            }
            catch
            {
                return false;
            }
        }

        private static bool Run(CryptoProvider crypto)
        {
            // the inputs: bytes 0, 1, 2 ...
            byte[] input = new byte[160];
            for (int i = 0; i < input.Length; i++)
            {
                input[i] = (byte)i;
            }

            byte[] all = new byte[Results];
            int at = 0;
            crypto.Sha256Start();
            crypto.Sha256Update(input, 0, 7);
            crypto.Sha256Update(input, 7, 153);
            crypto.Sha256Finish(all, at);
            at += 32;
            crypto.Sha512Start();
            crypto.Sha512Update(input, 0, 7);
            crypto.Sha512Update(input, 7, 153);
            crypto.Sha512Finish(all, at);
            at += 64;
            crypto.HmacSha256(input, 0, 100, input, 100, 60, all, at);
            at += 32;
            crypto.HkdfSha256(input, 0, 32, input, 32, 32, input, 64, 8, all, at, 40);
            at += 40;

            // as at the end of Noise's handshake, with nothing to extract from: some libraries refuse it
            crypto.HkdfSha256(input, 0, 32, input, 0, 0, input, 0, 0, all, at, 64);
            at += 64;
            int box = at;
            System.Array.Copy(input, 0, all, box, 64);
            crypto.Seal(input, 96, 1, 0x0203040506070809, input, 0, 5, all, box, 64);
            at += 80;
            bool right = crypto.X25519(input, 0, input, 32, all, at);
            at += 32;
            crypto.X25519Base(input, 0, all, at);
            at += 32;
            int key = at;
            crypto.Ed25519PublicKey(input, 0, all, key);
            at += 32;
            int signature = at;
            crypto.Ed25519Sign(input, 0, all, key, input, 0, 100, all, signature);
            byte[] hash = new byte[32];
            crypto.Sha256Start();
            crypto.Sha256Update(all, 0, Results);
            crypto.Sha256Finish(hash, 0);
            right &= ConstantTime.Equal(hash, 0, Known(), 0, 32);

            right &= crypto.Ed25519Verify(all, key, input, 0, 100, all, signature);
            all[signature + 40] ^= 1;
            right &= !crypto.Ed25519Verify(all, key, input, 0, 100, all, signature);
            all[box + 79] ^= 1;
            right &= !crypto.Open(input, 96, 1, 0x0203040506070809, input, 0, 5, all, box, 80);
            all[box + 79] ^= 1;
            right &= crypto.Open(input, 96, 1, 0x0203040506070809, input, 0, 5, all, box, 80);
            return right & ConstantTime.Equal(all, box, input, 0, 64);
        }

        /// <summary>The hash of the results, as a test computes it with another implementation.</summary>
        private static byte[] Known()
        {
            return new byte[]
            {
                0xbd, 0xa5, 0xad, 0xb6, 0x3e, 0xd6, 0xd1, 0x5f,
                0xa1, 0x82, 0x2d, 0x39, 0x8a, 0xe5, 0x42, 0xbb,
                0x6e, 0x01, 0xcd, 0x8f, 0x1a, 0xc5, 0x41, 0x1b,
                0x83, 0x12, 0x20, 0xb2, 0x60, 0x78, 0x02, 0x80,
            };
        }
    }
}
