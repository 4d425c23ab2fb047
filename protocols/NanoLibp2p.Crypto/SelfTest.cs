namespace NanoLibp2p.Crypto
{
    /// <summary>Known answers, asked of a provider before it is trusted.</summary>
    public static class SelfTest
    {
        /// <summary>Bytes of all results together.</summary>
        private const int Results = 32 + 64 + 32 + 40 + 80 + 32 + 32 + 32 + 64;

        /// <summary>
        /// Runs every operation once and compares the SHA-256 hash of all results with the known one; then sees that a changed tag and a
        /// changed signature are refused. Takes about as long as a handshake, and 800 bytes while it runs.
        /// </summary>
        /// <returns>False when anything differs, also when the provider throws.</returns>
        public static bool Passes(CryptoProvider provider)
        {
            try
            {
                return Run(provider);
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
                0x6b, 0xa2, 0xec, 0xdc, 0x69, 0xe8, 0x0f, 0xe7,
                0x05, 0xd6, 0xab, 0xef, 0x7f, 0x4d, 0xfd, 0x4e,
                0x31, 0x99, 0xef, 0x2c, 0xf6, 0x79, 0x1c, 0x4a,
                0x18, 0x57, 0xfa, 0x1b, 0x04, 0xc6, 0xb7, 0x50,
            };
        }
    }
}
