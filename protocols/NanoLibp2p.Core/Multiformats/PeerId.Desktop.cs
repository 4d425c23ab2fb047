#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Core.Multiformats
{
    // what a device never asks for, and so has no flash for
    public sealed partial class PeerId
    {
        /// <summary>The id of an encoded public key (a <see cref="PublicKey"/> message).</summary>
        public static PeerId FromPublicKey(byte[] protobufKey, int offset, int count, CryptoProvider crypto)
        {
            byte[] id = new byte[MaxBytes];
            return FromBytes(id, 0, Derive(protobufKey, offset, count, crypto, id, 0));
        }

        /// <summary>The text as a CIDv1 in base32, such as <c>bafzaajaiaejc…</c>.</summary>
        public string ToCid()
        {
            byte[] cid = new byte[CidHeaderBytes + Raw.Length];
            cid[0] = CidVersion;
            cid[1] = CidCodec;
            CopyTo(cid, CidHeaderBytes);
            return Multibase.Base32 + Multibase.Encode(Multibase.Base32, cid, 0, cid.Length);
        }
    }
}
#endif
