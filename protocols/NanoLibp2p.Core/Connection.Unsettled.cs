#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core
{
    // The streams that want something of each step: those that are not agreed on, or have a proposal, an end or a wish for room to wait
    // with. Where streams are many, the others cost a step nothing.
    public sealed partial class Connection
    {
        private Libp2pStream[] _unsettled = new Libp2pStream[4];
        private int _unsettledCount;

        internal void ListForRoom(Libp2pStream stream)
        {
            ListUnsettled(stream);
        }

        partial void ListUnsettled(Libp2pStream stream)
        {
            if (stream.IsListedUnsettled)
            {
                return;
            }

            if (_unsettledCount == _unsettled.Length)
            {
                Array.Resize(ref _unsettled, Math.Max(4, 2 * _unsettledCount));
            }

            stream.IsListedUnsettled = true;
            _unsettled[_unsettledCount++] = stream;
        }

        partial void DropSettled()
        {
            int kept = 0;
            for (int i = 0; i < _unsettledCount; i++)
            {
                Libp2pStream stream = _unsettled[i];
                if (stream.IsOpen && (!stream.IsAgreed || stream.Negotiation.HasOutput || stream.IsCloseWaiting || stream.IsRoomWaiting))
                {
                    _unsettled[kept++] = stream;
                }
                else
                {
                    stream.IsListedUnsettled = false;
                }
            }

            Array.Clear(_unsettled, kept, _unsettledCount - kept);
            _unsettledCount = kept;
        }

        partial void PickUnsettled(ref Libp2pStream[] streams, ref int count)
        {
            if (Yamux.UsedStreams > YamuxSession.FewStreams)
            {
                streams = _unsettled;
                count = _unsettledCount;
            }
        }

        partial void TellRoom(Libp2pStream stream)
        {
            if (stream.IsRoomWaiting && stream.IsAgreed && stream.WriteRoom > 0)
            {
                stream.EndRoomWait();
                stream.Protocol.OnRoom(stream);
            }
        }

        partial void MoreToSend()
        {
            _isAtWork = false;
            Wake();
        }
    }
}
#endif
