using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core
{
    // A record longer than the connection's own buffer: go and js put up to 65,519 bytes and a tag in one, and no byte may be used before
    // the tag at its end is checked. It is received in the node's large buffer, or in a circuit's.
    public sealed partial class Connection
    {
        private bool IsBorrowing
        {
            get { return _receive == Large; }
        }

        // Goes on in the node's large buffer, or waits until another connection has given it back; what has not been read yet stays
        // in the link. A peer that has not proved who it is gets none.
        private void Borrow(int length)
        {
            LargeBuffer large = Large;
            if (large == null || _state <= ConnectionState.Handshaking || RecordHeader + length > large.Bytes.Length)
            {
                Close(CloseReason.RecordTooLong, length);
            }
            else if (large.Home == null && (large.Next == null || large.Next == this))
            {
                large.Next = null;
                large.Home = _receive;
                large.End = _receive.Count;
                Array.Copy(_receive.Bytes, _receive.Start, large.Bytes, 0, large.End);
                _receive.Reset();
                _receive = large;
                if (IsOpen)
                {
                    SetDeadline(CloseReason.RecordTimeout, _node.Options.RecordTimeoutMs);
                }
            }
            else
            {
                if (large.Next == null)
                {
                    large.Next = this;
                }

                // it is we who keep the peer waiting
                Heard();
            }
        }

        private void GiveBack()
        {
            LargeBuffer large = Large;
            if (large == null)
            {
                return;
            }

            if (_receive == large)
            {
                large.Reset();
                _receive = large.Home;
                large.Home = null;
            }
            else if (large.Next == this)
            {
                large.Next = null;
            }
        }
    }
}
