using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.PubSub
{
    // What a message means to everybody who reads it: the verdicts of gossipsub 1.1, and ids that are the same to all.
    public abstract partial class RpcHandler
    {
        /// <summary>Bytes of a sequence number, but of js-libp2p's floodsub.</summary>
        protected const int SequenceBytes = 8;

        /// <summary>A hash of message ids under a key of the node's.</summary>
        protected internal IdHash Hash;

        /// <summary>Whether messages are signed: all of them, or none.</summary>
        protected readonly bool IsSigned;

        /// <summary>Makes a handler.</summary>
        /// <param name="isSigned">Whether messages are signed.</param>
        protected RpcHandler(bool isSigned)
        {
            IsSigned = isSigned;
        }

        /// <summary>Whether a message has what the signature policy asks for, in a form that everybody reads alike.</summary>
        /// <param name="message">The reader that the message is in.</param>
        /// <param name="shortNumbers">Whether it came by floodsub: js-libp2p's leaves out a number's leading zeros, and its gossipsub
        /// refuses that.</param>
        /// <returns>What is wrong, or <see cref="DropReason.None"/>.</returns>
        protected DropReason CheckStamps(RpcReader message, bool shortNumbers)
        {
            int[] count = message.Count;
            int from = message.At[RpcWriter.From];
            int numberBytes = count[RpcWriter.SequenceNumber];
            if (!IsSigned)
            {
                return count[RpcWriter.From] >= 0 || numberBytes >= 0 || count[RpcWriter.Signature] >= 0 || count[RpcWriter.Key] >= 0
                    ? DropReason.Signed
                    : message.Certainty == Certainty.Uncertain ? DropReason.Doubtful
                    : DropReason.None;
            }

            return count[RpcWriter.From] <= 0 || numberBytes < 1 || numberBytes > SequenceBytes || count[RpcWriter.Signature] <= 0
                || (numberBytes < SequenceBytes && !shortNumbers)
                || PeerId.CheckBytes(message.Buffer, from, count[RpcWriter.From]) != 0 ? DropReason.Unsigned
                : Node.Identity.PeerId.Matches(message.Buffer, from, count[RpcWriter.From]) ? DropReason.Own
                : message.Certainty != Certainty.Certain ? DropReason.Doubtful
                : DropReason.None;
        }

        /// <summary>
        /// Finds the author's key, in the message's own field or else in his id. go and js refuse a key that they can't read; rust takes
        /// the id's then.
        /// </summary>
        /// <param name="message">The reader that the message is in.</param>
        /// <param name="type">The key's type, or below 0.</param>
        /// <param name="data">Where its data begin in the reader's buffer.</param>
        /// <param name="end">Where they end.</param>
        /// <returns>What is wrong, or <see cref="DropReason.None"/>: the signature is still to be verified.</returns>
        protected DropReason FindKey(RpcReader message, out int type, out int data, out int end)
        {
            byte[] bytes = message.Buffer;
            int from = message.At[RpcWriter.From];
            int fromCount = message.Count[RpcWriter.From];
            int key = from + Multihash.HeaderBytes;
            int keyCount = message.Count[RpcWriter.Key];
            end = from + fromCount;
            type = PublicKey.Malformed;
            data = 0;
            if (keyCount >= 0)
            {
                end = message.At[RpcWriter.Key] + keyCount;
                key = ProtobufReader.NormalizeKey(bytes, end - keyCount, keyCount);
                if (key < 0)
                {
                    return DropReason.Doubtful;
                }

                // goes on as everybody reads it
                message.At[RpcWriter.Key] = key;
                message.Count[RpcWriter.Key] = end - key;
                int idCount = PeerId.Derive(bytes, key, end - key, Node.Crypto, Id, 0);
                if (idCount != fromCount || !Bytes.Equal(Id, 0, bytes, from, idCount))
                {
                    return DropReason.SignatureInvalid;
                }
            }
            else if (bytes[from] != Multihash.Identity)
            {
                return DropReason.SignatureInvalid;
            }

            type = PublicKey.Parse(bytes, key, end - key, out data);
            return type < 0 ? DropReason.Doubtful
                : type != (int)KeyType.Ed25519 ? (Node.Options.Verifier == null ? DropReason.KeyUnsupported : DropReason.None)
                : message.Count[RpcWriter.Signature] != CryptoProvider.SignatureBytes ? DropReason.SignatureInvalid
                : CryptoProvider.IsDoubtfulEd25519(bytes, data) ? DropReason.Doubtful
                : DropReason.None;
        }

        /// <summary>Verifies a message's signature under the key that <see cref="FindKey"/> has found.</summary>
        /// <returns>What is wrong, or <see cref="DropReason.None"/>.</returns>
        protected DropReason Verify(RpcReader message, int type, int data, int end)
        {
            byte[] bytes = message.Buffer;
            int result = Identity.Verify(Node.Crypto, Node.Options.Verifier, type, bytes, data, end - data,
                message.At[RpcWriter.Signature], message.Count[RpcWriter.Signature], bytes,
                RpcReader.PrefixBytes + message.Count[RpcReader.Body]);
            return result == IdentityResult.Valid ? DropReason.None
                : result == IdentityResult.Unsupported ? DropReason.KeyUnsupported : DropReason.SignatureInvalid;
        }

        // Writes a message's id to Id: author and sequence number, or the hash of the data when there are none, as js has it.
        internal int CopyId(byte[] bytes, int part1, int part1Count, int part2, int part2Count)
        {
            if (IsSigned)
            {
                Array.Copy(bytes, part1, Id, 0, part1Count);
                Array.Copy(bytes, part2, Id, part1Count, part2Count);
                return part1Count + part2Count;
            }

            CryptoProvider crypto = Node.Crypto;
            crypto.Sha256Start();
            crypto.Sha256Update(bytes, part1, part1Count);
            crypto.Sha256Finish(Id, 0);
            return CryptoProvider.Sha256Bytes;
        }

        // The author in js-libp2p's ids is the bare public key, in those of go and rust a peer id: the same key with two bytes before
        // it. Here both are the same message.
        internal ulong HashOf(byte[] id, int count)
        {
            bool isPeerId = IsSigned && count > Multihash.HeaderBytes + SequenceBytes && id[0] == Multihash.Identity
                && id[1] == count - Multihash.HeaderBytes - SequenceBytes;
            int skipped = isPeerId ? Multihash.HeaderBytes : 0;
            return Hash.Of(id, skipped, count - skipped);
        }
    }
}
