#if !NANOFRAMEWORK_1_0
using System;
using System.Collections.Generic;

namespace NanoLibp2p.Core.Yamux
{
    // What a session has where streams are many: none of them costs anything while it is open and idle.
    public sealed partial class YamuxSession
    {
        /// <summary>Streams up to which all are looked at in each step, as on a device.</summary>
        internal const int FewStreams = 16;

        /// <summary>The code that a stream is refused with where there are as many as there may be.</summary>
        internal uint RefusalCode;

        // streams that may have something to say; what is over is dropped when the list is picked
        private YamuxStream[] _due = new YamuxStream[4];
        private int _dueCount;

        // by id, once there are many; null before
        private Dictionary<uint, YamuxStream> _byId;

        /// <summary>The window that each stream begins with, in bytes.</summary>
        internal uint FirstWindow
        {
            get { return InitialWindow + ExtraWindow; }
        }

        /// <summary>Gives the peer bytes of a stream's window, consumed by it or beyond that.</summary>
        internal void GiveCredit(YamuxStream stream, int bytes)
        {
            stream.Credit += (uint)bytes;
            MarkDue(stream);
        }

        /// <summary>Goes on with these of its stream objects alone.</summary>
        /// <param name="streams">All that are in use, in front; with none in use whatever was due is forgotten.</param>
        /// <param name="used">How many those are.</param>
        internal void Keep(YamuxStream[] streams, int used)
        {
            _streams = streams;
            UsedStreams = used;
            if (used == 0)
            {
                ForgetDue();
            }

            if (_dueCount == 0)
            {
                _due = Array.Empty<YamuxStream>();
            }
        }

        partial void Forget()
        {
            ForgetDue();
        }

        partial void MakeStream(int index)
        {
            if (index == _streams.Length)
            {
                _streams = _handler.MoreStreams() ?? _streams;
            }
        }

        partial void TellRefused()
        {
            _handler.OnStreamRefused();
        }

        partial void Begin(YamuxStream stream)
        {
            stream.Window = FirstWindow;
            stream.ResetCode = 0;
            stream.WindowUsed = -ExtraWindow;
            stream.WindowBegun = _handler.NowMs;
            if (_byId == null && UsedStreams > FewStreams)
            {
                _byId = new Dictionary<uint, YamuxStream>();
                for (int i = 0; i < UsedStreams; i++)
                {
                    if (_streams[i].IsOpen)
                    {
                        _byId[_streams[i].Id] = _streams[i];
                    }
                }
            }
            else if (_byId != null)
            {
                _byId[stream.Id] = stream;
            }
        }

        partial void End(YamuxStream stream)
        {
            if (_byId != null)
            {
                _byId.Remove(stream.Id);
            }
        }

        partial void FindAmongMany(uint id, ref int count, ref YamuxStream found)
        {
            if (_byId != null)
            {
                count = 0;
                _byId.TryGetValue(id, out found);
            }
        }

        partial void MarkDue(YamuxStream stream)
        {
            if (stream.IsListedDue || !IsDue(stream))
            {
                return;
            }

            if (_dueCount == _due.Length)
            {
                Array.Resize(ref _due, Math.Max(4, 2 * _dueCount));
            }

            stream.IsListedDue = true;
            _due[_dueCount++] = stream;
        }

        // The list is kept right however few streams there are, as they may become many.
        partial void PickDue(ref YamuxStream[] streams, ref int count)
        {
            int kept = 0;
            for (int i = 0; i < _dueCount; i++)
            {
                YamuxStream stream = _due[i];
                if (IsDue(stream))
                {
                    _due[kept++] = stream;
                }
                else
                {
                    stream.IsListedDue = false;
                }
            }

            Array.Clear(_due, kept, _dueCount - kept);
            _dueCount = kept;
            if (UsedStreams > FewStreams)
            {
                streams = _due;
                count = kept;
            }
        }

        partial void Grow(YamuxStream stream, bool credit)
        {
            if (credit)
            {
                uint more = _handler.GrowWindow(stream);
                stream.Window += more;
                stream.Credit += more;
            }
        }

        private static bool IsDue(YamuxStream stream)
        {
            const int Due = YamuxStream.AckDue | YamuxStream.FinDue | YamuxStream.RstDue;
            return (stream.Flags & Due) != 0 || (stream.Credit >= UpdateThreshold && stream.CanRead);
        }

        private void ForgetDue()
        {
            for (int i = 0; i < _dueCount; i++)
            {
                _due[i].IsListedDue = false;
            }

            Array.Clear(_due, 0, _dueCount);
            _dueCount = 0;
            _byId = null;
        }
    }
}
#endif
