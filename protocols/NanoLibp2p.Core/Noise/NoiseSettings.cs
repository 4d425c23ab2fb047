using NanoLibp2p.Buffers;

namespace NanoLibp2p.Noise
{
    /// <summary>What all handshakes of a node share.</summary>
    public sealed class NoiseSettings
    {
        /// <summary>Our static key and payload.</summary>
        public readonly NoiseIdentity Identity;

        /// <summary>Noise XX.</summary>
        public readonly NoisePattern Pattern = NoisePattern.XX();

        /// <summary>The prologue: empty in libp2p.</summary>
        public readonly byte[] Prologue = new byte[0];

        /// <summary>The id of Yamux in ASCII, as the extension has it.</summary>
        public readonly byte[] MuxerId;

        /// <summary>Static keys that were verified before.</summary>
        public readonly PeerBindings Known;

        /// <summary>For identity keys other than Ed25519; null where there is none.</summary>
        public readonly IIdentityVerifier Verifier;

        /// <summary>True when we offer Yamux within the handshake.</summary>
        public readonly bool OffersMuxer;

        /// <summary>Puts them together.</summary>
        /// <param name="identity">What we show.</param>
        /// <param name="offersMuxer">Whether <paramref name="identity"/> offers Yamux.</param>
        /// <param name="known">Static keys that were verified before.</param>
        /// <param name="verifier">For identity keys other than Ed25519; null refuses them.</param>
        public NoiseSettings(NoiseIdentity identity, bool offersMuxer, PeerBindings known, IIdentityVerifier verifier)
        {
            Identity = identity;
            OffersMuxer = offersMuxer;
            Known = known;
            Verifier = verifier;
            MuxerId = Bytes.Ascii(NoiseIdentity.YamuxId);
        }
    }
}
