#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Identify
{
    /// <summary>
    /// Who hears what peers say of themselves, field by field and piece by piece, so that no message has to fit in memory. The
    /// claims are the peer's own: only its id is proved.
    /// </summary>
    public abstract class IdentifyEvents
    {
        /// <summary>A piece of a field, in the receive buffer.</summary>
        /// <param name="connection">Whose.</param>
        /// <param name="field">One of <see cref="IdentifyField"/>, or a number that is not known.</param>
        /// <param name="buffer">Valid during the call.</param>
        /// <param name="offset">Where the piece begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="last">True for a field's last piece.</param>
        public abstract void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last);

        /// <summary>A message is over.</summary>
        /// <param name="connection">Whose.</param>
        /// <param name="complete">False when it was malformed, cut short or refused.</param>
        public abstract void OnEnd(Connection connection, bool complete);
    }
}
#endif
