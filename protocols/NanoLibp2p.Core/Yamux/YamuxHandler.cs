namespace NanoLibp2p.Core.Yamux
{
    /// <summary>What stands above a <see cref="YamuxSession"/> and hears of its streams.</summary>
    public abstract class YamuxHandler
    {
        /// <summary>The peer has opened a stream.</summary>
        protected internal abstract void OnStreamOpened(YamuxStream stream);

        /// <summary>Data of a stream, where they lie in the receive buffer. May reset the stream.</summary>
        /// <returns>Bytes consumed; fewer than <paramref name="count"/> hold the whole session back until the next call.</returns>
        protected internal abstract int OnStreamData(YamuxStream stream, byte[] buffer, int offset, int count);

        /// <summary>The peer will send no more on a stream.</summary>
        protected internal abstract void OnStreamReadEnd(YamuxStream stream);

        /// <summary>A stream is over; its object is free for another when this returns.</summary>
        /// <param name="stream">Which.</param>
        /// <param name="reset">True when either side broke it off, false when both ended it in order.</param>
        protected internal abstract void OnStreamClosed(YamuxStream stream, bool reset);

        /// <summary>The answer to <see cref="YamuxSession.Ping"/>.</summary>
        protected internal abstract void OnPong(uint value);

        /// <summary>The peer is about to close: 0 in order, 1 a protocol error, 2 an internal error.</summary>
        protected internal abstract void OnGoAway(uint code);

#if !NANOFRAMEWORK_1_0
        /// <summary>The peer has opened a stream beyond those that it may have; it is refused.</summary>
        protected internal virtual void OnStreamRefused()
        {
        }

        /// <summary>No stream object is free: makes more, where there may be more.</summary>
        /// <returns>The session's stream objects from now on, those that it has first; null when there are no others.</returns>
        protected internal virtual YamuxStream[] MoreStreams()
        {
            return null;
        }

        /// <summary>The time, in milliseconds, by which windows grow.</summary>
        protected internal virtual long NowMs
        {
            get { return 0; }
        }

        /// <summary>A window update is due on a stream: says how far its window grows with it.</summary>
        /// <param name="stream">Which; its Credit is what was consumed since the last.</param>
        /// <returns>Bytes beside those consumed; 0 leaves the window as it is.</returns>
        protected internal virtual uint GrowWindow(YamuxStream stream)
        {
            return 0;
        }
#endif
    }
}
