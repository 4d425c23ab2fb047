#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Multiformats
{
    // what a device never asks for, and so has no flash for; it reads peer ids in base58 alone, as every tool prints them
    public sealed partial class PeerId
    {
        // CIDv1 with the codec libp2p-key, in front of the multihash (peer-ids spec, "String representation")
        private const int CidVersion = 0x01;
        private const int CidCodec = 0x72;
        private const int CidHeaderBytes = 2;

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

        private static PeerId ReadAnyBase(string text, out string why)
        {
            byte[] buffer = new byte[CidHeaderBytes + MaxBytes];
            bool bare = text[0] == '1' || (text[0] == 'Q' && text.Length > 1 && text[1] == 'm');
            int start = bare ? 0 : CidHeaderBytes;
            int count = bare ? Multibase.FromBase58(text, buffer) : Multibase.Decode(text, buffer, 0, buffer.Length);
            why = null;
            if (count < 0)
            {
                why = count == Multibase.UnknownBase ? "it begins neither with 12D3 or Qm nor with a known multibase prefix (b, k, u, z)"
                    : count == BaseText.BadCharacter ? "it has a character which its base doesn't have"
                    : count == BaseText.BadTail ? "its last character can't be the end of a whole byte; is it cut?"
                    : "it is too long";
            }
            else if (!bare && (count < CidHeaderBytes || buffer[0] != CidVersion || buffer[1] != CidCodec))
            {
                why = "it is not a CIDv1 of codec libp2p-key";
            }
            else
            {
                int check = Multihash.Check(buffer, start, count - start);
                if (check == 0)
                {
                    return FromBytes(buffer, start, count - start);
                }
                why = check == Multihash.UnknownFunction ? "its hash is neither identity nor sha2-256"
                    : "its hash is not of the length that it states; is it cut?";
            }
            return null;
        }
    }
}
#endif
