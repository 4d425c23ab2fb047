namespace NanoLibp2p.Multiformats
{
    /// <summary>The kinds of public keys (peer-ids spec, "Keys": <c>enum KeyType</c> of crypto.proto).</summary>
    public enum KeyType
    {
        /// <summary>RSA; the data are a DER-encoded PKIX key.</summary>
        Rsa = 0,

        /// <summary>Ed25519; the data are the 32 bytes of RFC 8032.</summary>
        Ed25519 = 1,

        /// <summary>Secp256k1; the data are Bitcoin's encoding of the point.</summary>
        Secp256k1 = 2,

        /// <summary>ECDSA; the data are ASN.1 DER.</summary>
        Ecdsa = 3,
    }
}
