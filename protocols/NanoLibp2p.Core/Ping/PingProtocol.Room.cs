#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Ping
{
    // An answer that found no room is written when there is some, rather than in the next Poll, which a scheduler calls once a second.
    public sealed partial class PingProtocol
    {
        /// <inheritdoc/>
        public override void OnRoom(Libp2pStream stream)
        {
            int index = stream.Connection.Index;
            if (_answering[index] == stream)
            {
                WriteKept(index);
                if (_answering[index] == stream)
                {
                    stream.WaitForRoom();
                }
            }
        }

        partial void AwaitRoom(Libp2pStream stream)
        {
            stream.WaitForRoom();
        }
    }
}
#endif
