#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// A message that one node of several with the same identity has published or taken, on its way to the others: the shards of a gateway.
    /// It may cross threads.
    /// </summary>
    public sealed class SharedMessage
    {
        internal readonly byte[] Utf8Topic;

        // the message without its frame, and where in it the two parts of its id are
        internal readonly byte[] Bytes;
        internal readonly int Part1;
        internal readonly int Part1Count;
        internal readonly int Part2;
        internal readonly int Part2Count;
        internal readonly bool IsOwn;

        internal SharedMessage(byte[] utf8Topic, byte[] bytes, int part1, int part1Count, int part2, int part2Count, bool isOwn)
        {
            Utf8Topic = utf8Topic;
            Bytes = bytes;
            Part1 = part1;
            Part1Count = part1Count;
            Part2 = part2;
            Part2Count = part2Count;
            IsOwn = isOwn;
        }
    }
}
#endif
