#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Postbox
{
    // what a device takes, told on .NET before one is flashed
    public sealed partial class PostboxOptions
    {
        /// <summary>
        /// Bytes of a device's heap that a client of these options takes, its protocol id included: in blocks of 12, of which an object
        /// takes one and one for each field, an array 20 bytes and its elements. A test holds it to the objects themselves.
        /// </summary>
        public int HeapBytes
        {
            get
            {
                int blocks = MaxItemBytes <= ItemCipher.FirstBytes ? 0
                    : 1 + ((MaxItemBytes - ItemCipher.FirstBytes + ItemCipher.ChunkBytes - 1) / ItemCipher.ChunkBytes);
                int names = ArrayBytes(12 * blocks) + (24 * blocks);
                int table = ObjectBytes(5) + LiteralBytes + ArrayBytes(OnceTable.BytesOf(TableEntries));
                int cipher = ObjectBytes(4) + ArrayBytes(224) + LiteralBytes + ObjectBytes(2);
                int mail = ObjectBytes(15) + ArrayBytes(ItemCipher.IdBytes);
                int reader = ObjectBytes(8) + ArrayBytes(6 * 8);
                return ObjectBytes(30) + names + table + cipher + mail + reader + ArrayBytes(4 * 13) + ArrayBytes(2 + ProtocolId.Length);
            }
        }

        // a literal's text stays in flash
        private const int LiteralBytes = 12;

        private static int ObjectBytes(int fields)
        {
            return 12 + (12 * fields);
        }

        private static int ArrayBytes(int bytes)
        {
            return (20 + bytes + 11) / 12 * 12;
        }
    }
}
#endif
