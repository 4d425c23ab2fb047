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
    /// <para>The object is used again and again, once for each <see cref="Begin"/>, <see cref="Open"/> or <see cref="Fail"/> and
    /// <see cref="Close"/>.</para>
    /// </remarks>
    public sealed partial class StreamLink : IStreamLink
    {
        // bytes that waited were taken; for who looks at the time that they wait
        internal bool HasMoved;

        private Libp2pStream _stream;
        private LinkState _state = LinkState.Closed;
        private LinkError _error;
        private bool _isLimited;
        private bool _isEnded;

        // what came last and was not taken yet, where it lies in the receive buffer below; and what of it was
        private byte[] _held;
        private int _heldOffset;
        private int _heldCount;
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
            get { return _isLimited; }
        }

        /// <summary>True from <see cref="Close"/> on, until it is used again.</summary>
        internal bool IsClosed
        {
            get { return _state == LinkState.Closed; }
        }

        /// <summary>Bytes that wait in the receive buffer below.</summary>
        internal int HeldCount
        {
            get { return _heldCount; }
        }

        /// <summary>Begins as a link that is being made.</summary>
        public void Begin()
        {
            _state = LinkState.Connecting;
            _error = LinkError.None;
            _isLimited = false;
            _isEnded = false;
            _heldCount = 0;
            _taken = 0;
            Cleared();
        }

        /// <summary>Bytes can pass over a stream from now on.</summary>
        /// <param name="stream">The stream, as far as it carries the circuit: from behind what opened it.</param>
        /// <param name="isLimited">Whether a limit came with it.</param>
        public void Open(Libp2pStream stream, bool isLimited)
        {
            _stream = stream;
            _isLimited = isLimited;
            _state = LinkState.Open;
            Opened();
        }

        /// <summary>It can't be made, or is broken.</summary>
        public void Fail(LinkError error)
        {
            if (_state != LinkState.Closed)
            {
                _state = LinkState.Failed;
                _error = error;
            }

            _heldCount = 0;
            Woken();
        }

        /// <summary>Takes data of the stream, from StreamProtocol.OnData.</summary>
        /// <returns>Bytes consumed, as StreamProtocol.OnData returns them.</returns>
        public int Receive(byte[] buffer, int offset, int count)
        {
            if (_state == LinkState.Closed)
            {
                _taken = 0;
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
                _heldCount = count - used;
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
            _stream = null;
            _isEnded = true;
            if (reset)
            {
                Fail(LinkError.Reset);
            }
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

            if (_heldCount > 0)
            {
                read = _heldCount < count ? _heldCount : count;
                Array.Copy(_held, _heldOffset, buffer, offset, read);
                _heldOffset += read;
                _heldCount -= read;
                _taken += read;
                HasMoved = true;
                return read;
            }

            return _state == LinkState.Failed ? LinkResult.Failed : _isEnded ? LinkResult.Ended : 0;
        }

        /// <inheritdoc/>
        public int Write(byte[] buffer, int offset, int count)
        {
            if (_state != LinkState.Open || _stream == null || !_stream.CanWrite)
            {
                return LinkResult.Failed;
            }

            int written = _stream.Write(buffer, offset, count);
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
            _state = LinkState.Closed;
            _taken += _heldCount;
            _heldCount = 0;
            Cleared();
            if (wasOpen && _stream != null)
            {
                _stream.CloseWrite();
            }
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
