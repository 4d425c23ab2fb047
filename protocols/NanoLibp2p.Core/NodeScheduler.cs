#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core
{
    /// <summary>
    /// Who decides which connection of a node has its turn, where <see cref="Node.Poll"/>, which walks over all of them, costs too much: a
    /// gateway with thousands. It steps those whose link is ready, those of which it hears here, and those whose
    /// <see cref="Connection.NextDeadline"/> is over.
    /// </summary>
    public abstract class NodeScheduler
    {
        /// <summary>
        /// A connection has something to write or to end, and not from its own step, whose flush follows anyway. Call
        /// <see cref="Connection.Step()"/> and <see cref="Connection.Flush"/> of it soon, and not from here: a protocol may be at work.
        /// </summary>
        /// <param name="connection">Which. Told once until its next step or flush; it may be free by then, which both bear.</param>
        public abstract void OnWork(Connection connection);
    }
}
#endif
