#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Yamux
{
    // What a session has where streams are many.
    public sealed partial class YamuxSession
    {
        /// <summary>Goes on with the first few of its stream objects; the session is over.</summary>
        internal void Keep(YamuxStream[] streams)
        {
            _streams = streams;
            UsedStreams = 0;
            for (int i = 0; i < streams.Length; i++)
            {
                streams[i].Flags = 0;
            }
        }

        partial void MakeStream(int index)
        {
            if (index == _streams.Length)
            {
                _streams = _handler.MoreStreams() ?? _streams;
            }
        }
    }
}
#endif
