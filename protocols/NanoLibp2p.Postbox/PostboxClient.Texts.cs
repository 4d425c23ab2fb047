namespace NanoLibp2p.Postbox
{
    // What exceptions say; a device has flash for a word.
    public sealed partial class PostboxClient
    {
#if NANOFRAMEWORK_1_0
        private const string Damaged = "stored mail";
        private const string NotStored = Damaged;
#else
        private const string Damaged = "the value 'mail' in the store is damaged, or was written with larger PostboxOptions. It was "
            + "left as it is: raise TableEntries and MaxItemBytes, put a copy of it back, or delete it, after which mail may come twice";
        private const string NotStored = "the store took no write of the value 'mail'. Give it a store with room for as many bytes as "
            + "PostboxOptions need";
#endif
    }
}
