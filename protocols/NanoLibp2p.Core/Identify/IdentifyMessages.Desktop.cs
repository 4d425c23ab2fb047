#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Identify
{
    // What peers are told, in bytes; immutable, so that one who is slow to take it gets all of the same.
    internal sealed class IdentifyMessages
    {
        // the first message, without its length, and without the address that the peer is seen at
        internal readonly byte[] First;

        // further messages with their lengths
        internal readonly byte[] Rest;

        internal IdentifyMessages(byte[] first, byte[] rest)
        {
            First = first;
            Rest = rest;
        }
    }
}
#endif
