namespace NanoLibp2p.Core
{
    /// <summary>
    /// A protocol that runs on streams: one object serves all of a node's streams of it. Its state of a stream is kept in
    /// <see cref="Libp2pStream.Tag"/> and <see cref="Libp2pStream.Progress"/>, or in arrays of its own.
    /// </summary>
    /// <remarks>
    /// Everything is called from <see cref="Core.Node.Poll"/>, and nothing may wait or throw: no exception of a protocol is caught.
    /// </remarks>
    public abstract class StreamProtocol
    {
        private Node _node;

        /// <summary>The node that this protocol was added to; null before.</summary>
        public Node Node
        {
            get { return _node; }
        }

        /// <summary>Registers the protocol's ids with <see cref="Core.Node.RegisterProtocol"/>. Called once, by
        /// <see cref="Core.Node.Add"/>.</summary>
        protected abstract void Register(Node node);

        /// <summary>A peer is connected.</summary>
        public virtual void OnConnected(Connection connection)
        {
        }

        /// <summary>A connected peer is gone; its streams were closed before.</summary>
        public virtual void OnDisconnected(Connection connection)
        {
        }

        /// <summary>A stream is agreed on, whichever side opened it; <see cref="Libp2pStream.ProtocolIndex"/> tells the id.</summary>
        public virtual void OnOpened(Libp2pStream stream)
        {
        }

        /// <summary>The peer does not speak the id that was proposed on a stream of ours.</summary>
        /// <returns>The index of another id to propose, or -1 to give the stream up.</returns>
        public virtual int OnRefused(Libp2pStream stream)
        {
            return -1;
        }

        /// <summary>Data of a stream, in the receive buffer. May close or reset the stream.</summary>
        /// <remarks>
        /// Don't hold back because an answer finds no room: two nodes that both do, on a link full both ways, wait for each other
        /// for ever. Keep what to answer, consume, and write it in <see cref="Poll"/>.
        /// </remarks>
        /// <returns>Bytes consumed; fewer than <paramref name="count"/> hold the whole connection back, and the rest comes again.</returns>
        public abstract int OnData(Libp2pStream stream, byte[] buffer, int offset, int count);

        /// <summary>The peer will send no more on a stream.</summary>
        public virtual void OnReadEnd(Libp2pStream stream)
        {
            stream.CloseWrite();
        }

        /// <summary>A stream is over; let go of it.</summary>
        /// <param name="stream">The stream; its object serves another one after this call.</param>
        /// <param name="reset">True when either side broke it off or the connection is gone.</param>
        public virtual void OnClosed(Libp2pStream stream, bool reset)
        {
        }

        /// <summary>
        /// Whether an open stream is a reason to keep its connection when all are in use and another peer needs its place. Asked of the
        /// connections of peers that called, <see cref="NodeOptions.FirstByteTimeoutMs"/> after they opened.
        /// </summary>
        /// <param name="stream">A stream of this protocol.</param>
        /// <returns>True unless overridden: pubsub keeps who subscribed or published. Streams of ping and identify are no reason.</returns>
        public virtual bool KeepsConnection(Libp2pStream stream)
        {
            return true;
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>
        /// There is room on a stream that called <see cref="Libp2pStream.WaitForRoom"/>. Called once; who has still more to write asks
        /// again.
        /// </summary>
        public virtual void OnRoom(Libp2pStream stream)
        {
        }
#endif

        /// <summary>Time to write what waits for room, and to look at the clock.</summary>
        /// <returns>When to be called again at the latest, in the node's milliseconds.</returns>
        public virtual long Poll(long nowMs)
        {
            return long.MaxValue;
        }

        internal void AddTo(Node node)
        {
            _node = node;
            Register(node);
        }
    }
}
