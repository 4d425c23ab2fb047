using NanoLibp2p.Core.Buffers;

namespace NanoLibp2p.Core.Noise
{
    /// <summary>What all handshakes of a node share.</summary>
    public sealed class NoiseSettings
    {
        private readonly NoiseIdentity _identity;
        private readonly NoisePattern _pattern = NoisePattern.XX();
        private readonly byte[] _prologue = new byte[0];
        private readonly byte[] _muxerId;
        private readonly PeerBindings _known;
        private readonly IIdentityVerifier _verifier;
        private readonly bool _offersMuxer;

        /// <summary>Puts them together.</summary>
        /// <param name="identity">What we show.</param>
        /// <param name="offersMuxer">Whether <paramref name="identity"/> offers Yamux.</param>
        /// <param name="known">Static keys that were verified before.</param>
        /// <param name="verifier">For identity keys other than Ed25519; null refuses them.</param>
        public NoiseSettings(NoiseIdentity identity, bool offersMuxer, PeerBindings known, IIdentityVerifier verifier)
        {
            _identity = identity;
            _offersMuxer = offersMuxer;
            _known = known;
            _verifier = verifier;
            _muxerId = Bytes.Ascii(NoiseIdentity.YamuxId);
        }

        /// <summary>Our static key and payload.</summary>
        public NoiseIdentity Identity
        {
            get { return _identity; }
        }

        /// <summary>Noise XX.</summary>
        public NoisePattern Pattern
        {
            get { return _pattern; }
        }

        /// <summary>The prologue: empty in libp2p.</summary>
        public byte[] Prologue
        {
            get { return _prologue; }
        }

        /// <summary>The id of Yamux in ASCII, as the extension has it.</summary>
        public byte[] MuxerId
        {
            get { return _muxerId; }
        }

        /// <summary>Static keys that were verified before.</summary>
        public PeerBindings Known
        {
            get { return _known; }
        }

        /// <summary>For identity keys other than Ed25519; null where there is none.</summary>
        public IIdentityVerifier Verifier
        {
            get { return _verifier; }
        }

        /// <summary>True when we offer Yamux within the handshake.</summary>
        public bool OffersMuxer
        {
            get { return _offersMuxer; }
        }
    }
}
