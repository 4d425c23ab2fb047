#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Postbox
{
    // what a desktop reads of a reply beside its numbers: receipts, whole records, what is said to people
    public abstract partial class PostboxRequest
    {
        /// <summary>A field of bytes of the reply itself.</summary>
        /// <param name="field">Its number in Reply.</param>
        /// <param name="length">Its bytes, as the gateway says; may be any number.</param>
        /// <returns>Whether <see cref="TakeBytes"/> is to be given them. False unless overridden.</returns>
        internal virtual bool BeginBytes(int field, ulong length)
        {
            return false;
        }

        /// <summary>The next bytes of a field.</summary>
        internal virtual void TakeBytes(int field, byte[] buffer, int offset, int count)
        {
        }
    }
}
#endif
