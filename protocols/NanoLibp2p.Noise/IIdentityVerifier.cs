using NanoLibp2p.Multiformats;

namespace NanoLibp2p
{
    /// <summary>
    /// Verifies signatures of identity keys that the core has no code for: RSA, ECDSA, secp256k1. A device has none and
    /// refuses such peers; a gateway plugs one in.
    /// </summary>
    public interface IIdentityVerifier
    {
        /// <summary>Checks a signature (libp2p peer-ids spec, "How Keys are encoded and Messages Signed").</summary>
        /// <param name="type">The key's type; never Ed25519.</param>
        /// <param name="key">The Data of the PublicKey message.</param>
        /// <param name="keyOffset">Where it begins.</param>
        /// <param name="keyCount">Its bytes.</param>
        /// <param name="message">What was signed.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="signature">The signature.</param>
        /// <param name="signatureOffset">Where it begins.</param>
        /// <param name="signatureCount">Its bytes.</param>
        /// <returns>An <see cref="IdentityResult"/>; any other number counts as <see cref="IdentityResult.Invalid"/>.</returns>
        int Verify(KeyType type, byte[] key, int keyOffset, int keyCount, byte[] message, int offset, int count,
            byte[] signature, int signatureOffset, int signatureCount);
    }
}
