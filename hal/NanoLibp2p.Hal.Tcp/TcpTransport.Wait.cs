#if !NANOFRAMEWORK_1_0
using System;
using System.Collections;
using System.Net.Sockets;
using System.Threading;

namespace NanoLibp2p.Hal.Tcp
{
    // Waiting as .NET does it: one Select over everything.
    public sealed partial class TcpTransport
    {
        // microseconds of it still fit an int
        private const int LongestSliceMs = 1000000;

        // lists of sockets in the order of _listeners, then _links; Select leaves those that are ready, in order
        private readonly ArrayList _reading = new ArrayList();
        private readonly ArrayList _writing = new ArrayList();
        private readonly ArrayList _dialing = new ArrayList();

        // how long a dial may be left alone
        private int _dialMs;

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            int start = Environment.TickCount;
            int left = milliseconds;
            while (left > 0)
            {
                if (Collect())
                {
                    return;
                }

                int slice = Math.Min(Math.Min(left, _dialMs), LongestSliceMs);
                if (_reading.Count + _writing.Count + _dialing.Count == 0)
                {
                    Thread.Sleep(slice);
                }
                else
                {
                    // Windows tells a failed connect by the third list alone
                    Socket.Select(_reading, _writing, _dialing, slice * 1000);
                    if (Tell())
                    {
                        return;
                    }
                }

                left = milliseconds - unchecked(Environment.TickCount - start);
            }

            _callTold = false;
        }

        /// <summary>Fills the lists.</summary>
        /// <returns>True when a dial has ended, which is news by itself.</returns>
        private bool Collect()
        {
            _reading.Clear();
            _writing.Clear();
            _dialing.Clear();
            _dialMs = int.MaxValue;
            for (int i = 0; i < _listenerCount && !_callTold; i++)
            {
                _reading.Add(_listeners[i]);
            }

            bool ended = false;
            for (int i = 0; i < _links.Length; i++)
            {
                TcpLink link = _links[i];
                if (link == null)
                {
                    continue;
                }

                if (link.IsSpent)
                {
                    _links[i] = null;
                    continue;
                }

                ended |= link.StepDial();
                AddLink(link);
            }

            return ended;
        }

        private void AddLink(TcpLink link)
        {
            if (link.WantsRead)
            {
                _reading.Add(link.Socket);
            }

            if (link.WantsWrite)
            {
                _writing.Add(link.Socket);
            }

            if (link.IsConnecting)
            {
                TcpDial dial = link.Dial;
                for (int i = 0; i < dial.AttemptCount; i++)
                {
                    _writing.Add(dial.Attempt(i));
                    _dialing.Add(dial.Attempt(i));
                }

                // the end of a look-up wakes no Select, nor does the time of the next address
                _dialMs = Math.Min(_dialMs, dial.AttemptCount == 0 ? 1 : Math.Max(1, dial.NextAttemptMs));
            }
        }

        // What remains in the lists is ready. Dials are looked at by the next Collect.
        private bool Tell()
        {
            bool news = false;
            int read = 0;
            int write = 0;
            for (int i = 0; i < _listenerCount; i++)
            {
                if (IsNext(_reading, ref read, _listeners[i]))
                {
                    news = true;
                    _callTold = true;
                }
            }

            for (int i = 0; i < _links.Length; i++)
            {
                TcpLink link = _links[i];
                if (link == null)
                {
                    continue;
                }

                if (IsNext(_reading, ref read, link.Socket))
                {
                    news = true;
                    link.ReadTold = true;
                }

                if (IsNext(_writing, ref write, link.Socket))
                {
                    news = true;
                    link.WriteRefused = false;
                }

                for (int attempt = 0; link.IsConnecting && attempt < link.Dial.AttemptCount; attempt++)
                {
                    IsNext(_writing, ref write, link.Dial.Attempt(attempt));
                }
            }

            return news;
        }

        private static bool IsNext(ArrayList ready, ref int index, Socket socket)
        {
            if (socket == null || index == ready.Count || !ReferenceEquals(ready[index], socket))
            {
                return false;
            }

            index++;
            return true;
        }
    }
}
#endif
