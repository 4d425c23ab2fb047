#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Postbox
{
    /// <summary>A stream to a gateway that is not one of Core's: that of a desktop node, which has its own threads.</summary>
    internal abstract class PostboxPipe
    {
        /// <summary>The gateway's peer id, as the connection has proved it.</summary>
        internal abstract byte[] Gateway { get; }

        /// <summary>Takes all of what is written; the buffer is the caller's again when the call returns.</summary>
        internal abstract void Write(byte[] buffer, int offset, int count);
    }
}
#endif
