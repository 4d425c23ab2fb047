#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Multiformats;

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
            get { return 0; }
        }
    }
}
#endif
