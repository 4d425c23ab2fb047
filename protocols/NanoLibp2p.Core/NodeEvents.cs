namespace NanoLibp2p.Core
{
    /// <summary>What an application hears of a node; override what it needs. Called from <see cref="Node.Poll"/> only.</summary>
    public abstract class NodeEvents
    {
        /// <summary>A peer is connected: its identity is proved and streams can be opened.</summary>
        public virtual void OnConnected(Connection connection)
        {
        }

        /// <summary>
        /// A connection ended, or a dial failed; <see cref="Connection.CloseReason"/> and <see cref="Connection.CloseDetail"/>
        /// say why. The object is free for another peer when this returns.
        /// </summary>
        public virtual void OnClosed(Connection connection)
        {
        }

        /// <summary>A peer called while all connections were in use, and was turned away.</summary>
        public virtual void OnRefused(Hal.IStreamLink link)
        {
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>A stream is broken off before a protocol was agreed on, as the peer broke the rules of it or took too long.</summary>
        /// <param name="connection">Whose.</param>
        /// <param name="stream">Which; null for one that was refused at once.</param>
        /// <param name="refusal">Why.</param>
        public virtual void OnStreamRefused(Connection connection, Libp2pStream stream, Multistream.StreamRefusal refusal)
        {
        }
#endif
    }
}
