#if !NANOFRAMEWORK_1_0
using System.Collections.Generic;

namespace NanoLibp2p.Core.Ping
{
    // An answer that found no room is written when there is some, rather than in the next Poll, which a scheduler calls once a second.
    // There Poll looks at those alone who have been asked: with thousands of connections it is called at every one that comes or goes.
    public sealed partial class PingProtocol
    {
        private readonly List<int> _asked = new List<int>();
        private bool[] _isAsked;

        /// <inheritdoc/>
        public override void OnRoom(Libp2pStream stream)
        {
            int index = stream.Connection.Index;
            if (_answering[index] == stream)
            {
                WriteKept(index);
                if (_answering[index] == stream)
                {
                    stream.WaitForRoom();
                }
            }
        }

        partial void AwaitRoom(Libp2pStream stream)
        {
            stream.WaitForRoom();
        }

        // the drafts have no code for who is too slow: it hit our limit
        partial void Blame(Libp2pStream stream, bool isViolation)
        {
            stream.Blame(isViolation ? ErrorCode.ProtocolViolation : ErrorCode.ResourceLimit);
        }

        partial void NoteAsked(int index)
        {
            _isAsked = _isAsked ?? new bool[_streams.Length];
            if (Node.Scheduler != null && !_isAsked[index])
            {
                _isAsked[index] = true;
                _asked.Add(index);
            }
        }

        private void PollAsked(long nowMs, ref long next)
        {
            // from the end: who hears that one failed may ask again, which adds
            for (int i = _asked.Count - 1; i >= 0; i--)
            {
                int index = _asked[i];
                Libp2pStream asking = _streams[index];
                bool isUnderWay = asking != null && asking.Progress != PayloadBytes;
                bool isLate = isUnderWay && asking.IsAgreed && nowMs >= asking.Deadline;
                if (!isUnderWay || isLate)
                {
                    _asked[i] = _asked[_asked.Count - 1];
                    _asked.RemoveAt(_asked.Count - 1);
                    _isAsked[index] = false;
                    if (isLate)
                    {
                        asking.Reset(ErrorCode.ResourceLimit);
                    }
                }
                else if (asking.IsAgreed && asking.Deadline < next)
                {
                    next = asking.Deadline;
                }
            }
        }
    }
}
#endif
