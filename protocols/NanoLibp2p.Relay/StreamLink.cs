using System;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// A stream of a connection as a link for another one: what a relayed connection runs on, end to end secured like any other. The
    /// protocol whose stream it is hands on what it hears: <see cref="Receive"/>, <see cref="ReceiveEnd"/>, <see cref="Ended"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// On a device nothing is put aside: bytes stay in the receive buffer of the connection below until the one above takes them, which
    /// holds the one below back meanwhile. On .NET the stream's credit can be kept instead (KeepsCredit): what waits is at most one window,
    /// and holds back that stream alone.
    /// </para>
    /// <para>The object is used again and again, once for each <see cref="Open"/> and <see cref="Close"/>.</para>
    /// </remarks>
    public partial class StreamLink : IStreamLink
    {
        // its stream from what opened it to its end
        internal Libp2pStream Stream;

        // true when a limit of time or bytes came with the circuit
        internal bool HasLimit;

        // bytes that waited were taken; for who looks at the time that they wait
        internal bool HasMoved;

        // bytes that wait in the receive buffer below
        internal int HeldCount;

        private LinkState _state = LinkState.Closed;
        private LinkError _error;
        private bool _isEnded;

        // what came last and was not taken yet, where it lies in the receive buffer below; and what of it was
        private byte[] _held;
        private int _heldOffset;
        private int _taken;

        /// <inheritdoc/>
        public LinkState State
        {
            get { return _state; }
        }

        /// <inheritdoc/>
        public LinkError Error
        {
            get { return _error; }
        }

        /// <summary>Always 0: a circuit has no port.</summary>
        public int RemotePort
        {
            get { return 0; }
        }

        /// <summary>
        /// True when a limit of time or bytes came with the circuit: then it is for little, such as finding a direct way to the peer.
        /// </summary>
        public bool IsLimited
        {
            get { return HasLimit; }
        }

        /// <summary>Bytes can pass over a stream from now on.</summary>
        /// <param name="stream">The stream, as far as it carries the circuit: from behind what opened it.</param>
        /// <param name="isLimited">Whether a limit came with it.</param>
        public void Open(Libp2pStream stream, bool isLimited)
        {
            Stream = stream;
            HasLimit = isLimited;
            Set(LinkState.Open, LinkError.None);
            Opened();
        }

        /// <summary>Takes data of the stream, from StreamProtocol.OnData.</summary>
        /// <returns>Bytes consumed, as StreamProtocol.OnData returns them.</returns>
        public int Receive(byte[] buffer, int offset, int count)
        {
            if (_state == LinkState.Closed)
            {
                return count;
            }

            int used = 0;
            Keep(buffer, offset, count, ref used);
            if (used == 0)
            {
                used = _taken;
                _taken = 0;
                _held = buffer;
                _heldOffset = offset + used;
                HeldCount = count - used;
            }

            Woken();
            return used;
        }

        /// <summary>The peer sends no more, from StreamProtocol.OnReadEnd.</summary>
        public void ReceiveEnd()
        {
            _isEnded = true;
            Woken();
        }

        /// <summary>The stream is over, from StreamProtocol.OnClosed.</summary>
        /// <param name="reset">Whether it was broken off.</param>
        public void Ended(bool reset)
        {
            Stream = null;
            if (reset && _state != LinkState.Closed)
            {
                Set(LinkState.Failed, LinkError.Reset);
            }

            ReceiveEnd();
        }

        /// <inheritdoc/>
        public int Read(byte[] buffer, int offset, int count)
        {
            int read = 0;
            ReadKept(buffer, offset, count, ref read);
            if (read > 0)
            {
                return read;
            }

            if (HeldCount > 0)
            {
                read = HeldCount < count ? HeldCount : count;
                Array.Copy(_held, _heldOffset, buffer, offset, read);
                _heldOffset += read;
                HeldCount -= read;
                _taken += read;
                HasMoved = true;
                return read;
            }

            return _state == LinkState.Failed ? LinkResult.Failed : _isEnded ? LinkResult.Ended : 0;
        }

        /// <inheritdoc/>
        public int Write(byte[] buffer, int offset, int count)
        {
            if (_state != LinkState.Open || Stream == null || !Stream.CanWrite)
            {
                return LinkResult.Failed;
            }

            int written = Stream.Write(buffer, offset, count);
            if (written < count)
            {
                AwaitRoom();
            }

            return written;
        }

        /// <summary>A circuit has no network address.</summary>
        /// <returns>0.</returns>
        public int CopyRemoteAddress(byte[] buffer, int offset)
        {
            return 0;
        }

        /// <summary>
        /// Ends our side of the stream, behind what was written. What still comes is thrown away, until the protocol breaks the stream off
        /// or the peer ends it.
        /// </summary>
        public void Close()
        {
            bool wasOpen = _state == LinkState.Open;
            Set(LinkState.Closed, LinkError.None);
            if (wasOpen && Stream != null)
            {
                Stream.CloseWrite();
            }
        }

        // in another state, and with nothing that waits
        internal void Set(LinkState state, LinkError error)
        {
            _state = state;
            _error = error;
            _isEnded = false;
            HeldCount = 0;
            _taken = 0;
            Cleared();
        }

        // StreamLink.Desktop.cs; on a device these calls are none
        partial void Opened();

        partial void Keep(byte[] buffer, int offset, int count, ref int used);

        partial void ReadKept(byte[] buffer, int offset, int count, ref int read);

        partial void Cleared();

        partial void AwaitRoom();

        partial void Woken();
    }
}
