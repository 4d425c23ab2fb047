#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Multiformats
{
    // what a device never asks for, and so has no flash for
    public sealed partial class Multiaddr
    {
        /// <summary>Whether a protocol of <see cref="MultiaddrProtocol"/> is anywhere in it.</summary>
        public bool Has(int code)
        {
            int offset;
            int count;
            int found = -1;
            for (int i = 0; found != 0 && found != code; i++)
            {
                found = Component(i, out offset, out count);
            }
            return found == code && code != 0;
        }
    }
}
#endif
