#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Records
{
    /// <summary>Why a peer's signed envelope, or the record in it, is refused.</summary>
    public enum RecordError
    {
        /// <summary>It is not: all is as it should be.</summary>
        None,

        /// <summary>It is longer than <see cref="SignedEnvelope.MaxBytes"/>.</summary>
        TooLong,

        /// <summary>The envelope is not protobuf, or lacks its key, payload type, payload or signature.</summary>
        Malformed,

        /// <summary>Its key is none of libp2p's (peer-ids spec, "Keys").</summary>
        KeyMalformed,

        /// <summary>Its key is of a type that the verifier at hand does not know.</summary>
        KeyUnsupported,

        /// <summary>Its key did not sign it, or not for this domain.</summary>
        SignatureInvalid,

        /// <summary>Its payload is of another type than the one that was expected.</summary>
        OtherPayloadType,

        /// <summary>The signature is right, and the payload makes no sense.</summary>
        PayloadMalformed,

        /// <summary>The record speaks of a peer whose key did not sign it.</summary>
        OtherPeer,
    }
}
#endif
