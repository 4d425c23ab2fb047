using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core
{
    /// <summary>
    /// One stream of a connection, and the protocol on it. The objects are used again and again: a protocol lets go of one in
    /// <see cref="StreamProtocol.OnClosed"/>.
    /// </summary>
    public sealed partial class Libp2pStream : YamuxStream
    {
        // a flag above those of Yamux: our end waits until the peer has agreed
        private const int CloseWaits = 0x10000;

        /// <summary>The connection that it is a stream of.</summary>
        public readonly Connection Connection;

        /// <summary>What the protocol keeps of this stream; null when it opens.</summary>
        public object Tag;

        /// <summary>A number that the protocol keeps of this stream; 0 when it opens.</summary>
        public int Progress;

        internal readonly Negotiation Negotiation = new Negotiation();
        internal StreamProtocol Protocol;
        internal long Deadline;

        internal Libp2pStream(Connection connection)
        {
            Connection = connection;
        }

        /// <summary>True when this node opened it.</summary>
        public bool IsOutbound
        {
            get { return ((StreamId & 1u) != 0) != Connection.IsInbound; }
        }

        /// <summary>True once both sides agree on the protocol.</summary>
        public bool IsAgreed
        {
            get { return Negotiation.State == NegotiationState.Agreed; }
        }

        /// <summary>The index of the protocol id that is proposed or agreed on.</summary>
        public int ProtocolIndex
        {
            get { return Negotiation.Protocol; }
        }

        internal bool IsCloseWaiting
        {
            get { return (Flags & CloseWaits) != 0; }
        }

        /// <summary>Bytes that <see cref="Write"/> would take now.</summary>
        public int WriteRoom
        {
            get { return Negotiation.HasOutput || IsCloseWaiting ? 0 : Connection.Yamux.WriteRoom(this); }
        }

        /// <summary>
        /// Writes data. On a stream that this node opened it may be called before the peer has agreed (the optimistic path), if
        /// only one id will ever be proposed on it. The buffer is the caller's again when the call returns.
        /// </summary>
        /// <returns>Bytes taken, 0 to <paramref name="count"/>; the rest may be written in the protocol's next Poll.</returns>
        /// <exception cref="ArgumentException">The range is not within the buffer. Nothing was written.</exception>
        public int Write(byte[] buffer, int offset, int count)
        {
            Bytes.Check(buffer, offset, count);
            TellWork();
            return Negotiation.HasOutput || IsCloseWaiting ? 0 : Connection.Yamux.Write(this, buffer, offset, count);
        }

        /// <summary>Tells the peer that no more comes, after what was written (half-close).</summary>
        /// <remarks>
        /// On a stream of ours it waits until the peer has agreed: js-libp2p's listener loses data that reach it together with
        /// the proposal and the end.
        /// </remarks>
        public void CloseWrite()
        {
            if (IsAgreed && !Negotiation.HasOutput)
            {
                TellWork();
                Flags &= ~CloseWaits;
                Connection.Yamux.CloseWrite(this);
            }
            else if (IsOpen)
            {
                Flags |= CloseWaits;
            }
        }

        /// <summary>Breaks the stream off, both ways.</summary>
        public void Reset()
        {
            TellWork();
            Connection.Yamux.Reset(this);
        }

        // has a scheduler flush the connection; on a device this call is none
        partial void TellWork();

        internal void Begin(StreamProtocol protocol, long deadline)
        {
            Protocol = protocol;
            Tag = null;
            Progress = 0;
            Deadline = deadline;
            Forgive();
        }

        // Libp2pStream.Scheduled.cs
        partial void Forgive();
    }
}
