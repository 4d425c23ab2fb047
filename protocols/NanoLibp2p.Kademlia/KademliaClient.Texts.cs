namespace NanoLibp2p.Kademlia
{
    // What exceptions say; a device has flash for a word.
    public sealed partial class KademliaClient
    {
#if NANOFRAMEWORK_1_0
        private const string BadKey = "bad key";
        private const string BadValue = "bad value";
        private const string NoAddress = "no address";
#else
        private const string BadKey = "a key has 1 to 80 bytes";
        private const string BadValue =
            "the value is not valid for its key as KademliaEvents.IsValid says, or longer than KademliaOptions.ValueBytes";
        private const string NoAddress =
            "peers ignore a provider without an address; set KademliaOptions.Announced, or raise ValueBytes if they don't fit";
#endif
    }
}
