namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// Multihashes (multiformats multihash spec): the hash function's code, the digest's length, the digest. Of the many
    /// functions only the two that peer ids use are known, and both need one byte for code and length.
    /// </summary>
    public static class Multihash
    {
        /// <summary>The code of the identity: the digest is the data themselves.</summary>
        public const int Identity = 0x00;

        /// <summary>The code of SHA2-256, with a digest of 32 bytes.</summary>
        public const int Sha256 = 0x12;

        /// <summary>Bytes of code and length, before the digest.</summary>
        public const int HeaderBytes = 2;

        /// <summary>The longest identity digest: a longer key is hashed (peer-ids spec, "Peer Ids").</summary>
        public const int MaxIdentityBytes = 42;

        /// <summary>The longest multihash.</summary>
        public const int MaxBytes = HeaderBytes + MaxIdentityBytes;

        /// <summary>Code or length are missing, or the digest is not of the length that is stated or that the function gives.</summary>
        public const int BadLength = -1;

        /// <summary>A hash function other than the two.</summary>
        public const int UnknownFunction = -2;

        /// <summary>Checks that the bytes are exactly one multihash. Allocates nothing.</summary>
        /// <returns>0, <see cref="BadLength"/> or <see cref="UnknownFunction"/>.</returns>
        public static int Check(byte[] bytes, int offset, int count)
        {
            if (count <= HeaderBytes)
            {
                return BadLength;
            }
            int function = bytes[offset];
            int digest = count - HeaderBytes;
            if (function != Identity && function != Sha256)
            {
                return UnknownFunction;
            }
            bool good = function == Sha256 ? digest == 32 : digest <= MaxIdentityBytes;
            return good && bytes[offset + 1] == digest ? 0 : BadLength;
        }
    }
}
