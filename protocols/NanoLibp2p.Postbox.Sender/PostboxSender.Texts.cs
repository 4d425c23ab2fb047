namespace NanoLibp2p.Postbox.Sender
{
    // What exceptions say; a device has flash for a word.
    public sealed partial class PostboxSender
    {
#if NANOFRAMEWORK_1_0
        private const string NotAdded = "PostboxSender";
        private const string BadSecret = NotAdded;
        private const string TooManyGateways = NotAdded;
        private const string LongToken = NotAdded;
#else
        private const string NotAdded = "add the client to its node first, with Node.Add";
        private const string BadSecret = "HedgeSecret has 32 bytes, or is null";
        private const string TooManyGateways = "the gateways' addresses don't fit into a record of 448 bytes; give fewer, or shorter ones";
        private const string LongToken = "a token has at most 256 bytes";
#endif
    }
}
