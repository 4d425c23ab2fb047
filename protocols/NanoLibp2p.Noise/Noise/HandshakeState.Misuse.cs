namespace NanoLibp2p.Noise
{
    // What is said to a caller who takes the steps out of order. A node never does, so a device has flash for one short sentence only.
    public sealed partial class HandshakeState
    {
#if NANOFRAMEWORK_1_0
        internal const string NoKey = "out of turn; see HandshakeState";
        private const string MissingStatic = NoKey;
        private const string EphemeralTwice = NoKey;
        private const string SplitEarly = NoKey;
        private const string NoMessageDue = NoKey;
        private const string NotYourTurn = NoKey;
        private const string NoEphemeral = NoKey;
#else
        internal const string NoKey = "this cipher has no key; complete a handshake and Split it, or call SetKey";
        private const string MissingStatic = "this pattern needs static keys; give them to Start";
        private const string EphemeralTwice = "a handshake takes its ephemeral keys once, after Start";
        private const string SplitEarly = "Split once, when IsComplete";
        private const string NoMessageDue = "no message is due: Start a handshake, or Split a complete one";
        private const string NotYourTurn = "IsMyTurn tells whether to write the next message or to read it";
        private const string NoEphemeral = "this message needs ephemeral keys: call UseEphemeral first";
#endif
    }
}
