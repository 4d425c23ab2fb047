namespace NanoLibp2p.Frames
{
    /// <summary>How readings of a topic are published: the flags of an ALIAS (SPEC.md 8.2).</summary>
    public static class FrameTopic
    {
        /// <summary>Each reading is a message of its own, signed, at once.</summary>
        public const int Signed = 0;

        /// <summary>Readings are signed together: one message for several, a seventh of the airtime of signatures.</summary>
        public const int Batched = 1;

        /// <summary>The data of a batch is protobuf instead of lines.</summary>
        public const int Protobuf = 4;

        /// <summary>What others publish on the topic is put in the device's mailbox.</summary>
        public const int Subscribe = 8;

        /// <summary>A template stands behind the topic, by which readings are expanded (SPEC.md B).</summary>
        public const int Template = 16;

        internal const int VoiceMask = 3;
    }
}
