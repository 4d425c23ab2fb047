namespace NanoLibp2p.Noise
{
    /// <summary>
    /// A handshake pattern (noise spec, section 7): what each message carries, and which keys both sides know before the first.
    /// </summary>
    public sealed class NoisePattern
    {
        /// <summary>An ephemeral public key, in clear.</summary>
        public const byte E = 1;

        /// <summary>A static public key, encrypted once there is a key.</summary>
        public const byte S = 2;

        /// <summary>A Diffie-Hellman of the two ephemeral keys.</summary>
        public const byte EE = 3;

        /// <summary>A Diffie-Hellman of the initiator's ephemeral and the responder's static key.</summary>
        public const byte ES = 4;

        /// <summary>A Diffie-Hellman of the initiator's static and the responder's ephemeral key.</summary>
        public const byte SE = 5;

        /// <summary>A Diffie-Hellman of the two static keys.</summary>
        public const byte SS = 6;

        /// <summary>The name that the handshake hash begins with.</summary>
        public readonly byte[] ProtocolName;

        /// <summary>The initiator's pre-message.</summary>
        public readonly byte[] InitiatorKnown;

        /// <summary>The responder's pre-message.</summary>
        public readonly byte[] ResponderKnown;

        /// <summary>The tokens of each message.</summary>
        public readonly byte[][] Messages;

        /// <summary>Makes a pattern; the arrays become its own.</summary>
        /// <param name="protocolName">Such as <c>Noise_XX_25519_ChaChaPoly_SHA256</c>, in ASCII.</param>
        /// <param name="initiatorKnown">The initiator's pre-message, tokens E and S; empty if none.</param>
        /// <param name="responderKnown">The responder's pre-message.</param>
        /// <param name="messages">The tokens of each message, the initiator's first.</param>
        public NoisePattern(byte[] protocolName, byte[] initiatorKnown, byte[] responderKnown, byte[][] messages)
        {
            ProtocolName = protocolName;
            InitiatorKnown = initiatorKnown;
            ResponderKnown = responderKnown;
            Messages = messages;
        }

        /// <summary>XX, the one pattern of libp2p: both static keys are sent, each encrypted (libp2p noise spec, "XX").</summary>
        public static NoisePattern XX()
        {
            // one by one: a longer initializer becomes static data, whose own names take 200 bytes of flash
            byte[] answer = new byte[4];
            answer[0] = E;
            answer[1] = EE;
            answer[2] = S;
            answer[3] = ES;
            return new NoisePattern(
                Buffers.Bytes.Ascii("Noise_XX_25519_ChaChaPoly_SHA256"),
                new byte[0],
                new byte[0],
                new byte[][]
                {
                    new byte[] { E },
                    answer,
                    new byte[] { S, SE },
                });
        }
    }
}
