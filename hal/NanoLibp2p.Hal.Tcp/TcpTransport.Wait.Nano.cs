#if NANOFRAMEWORK_1_0
using System;
using System.Net.Sockets;
using System.Threading;

namespace NanoLibp2p.Hal.Tcp
{
    // Waiting as nanoFramework does it: there is no Select, and a poll wakes for its own socket alone.
    public sealed partial class TcpTransport
    {
        // how late news of the other sockets can be while one is polled
        private const int SliceMs = 5;

        // microseconds of it still fit an int
        private const int LongestSliceMs = 1000000;

        private Socket _watched;
        private SelectMode _watchedMode;
        private int _watchedCount;

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            long end = Environment.TickCount64 + milliseconds;
            while (true)
            {
                long left = end - Environment.TickCount64;

                // more than was asked for: the ticks went back
                if (left <= 0 || left > milliseconds)
                {
                    _callTold = false;
                    return;
                }

                if (Look())
                {
                    return;
                }

                int longest = _watchedCount == 1 ? LongestSliceMs : SliceMs;
                int slice = left < longest ? (int)left : longest;
                if (_watched == null)
                {
                    Thread.Sleep(slice);
                }
                else
                {
                    IsReady(_watched, _watchedMode, slice * 1000);
                }
            }
        }

        // Asks every socket, and notes one to sleep on: the last, which is a link rather than a listener.
        private bool Look()
        {
            bool news = false;
            _watched = null;
            _watchedCount = 0;
            for (int i = 0; i < _listenerCount && !_callTold; i++)
            {
                if (Watch(_listeners[i], SelectMode.SelectRead))
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

                if (link.IsSpent)
                {
                    _links[i] = null;
                    continue;
                }

                news |= link.StepDial();
                if (link.WantsRead && Watch(link.Socket, SelectMode.SelectRead))
                {
                    news = true;
                    link.ReadTold = true;
                }

                if (link.WantsWrite && Watch(link.Socket, SelectMode.SelectWrite))
                {
                    news = true;
                    link.WriteRefused = false;
                }

                if (link.IsConnecting)
                {
                    // its thread wakes nobody
                    _watchedCount += 2;
                }
            }

            return news;
        }

        private bool Watch(Socket socket, SelectMode mode)
        {
            _watched = socket;
            _watchedMode = mode;
            _watchedCount++;
            return IsReady(socket, mode, 0);
        }

        private static bool IsReady(Socket socket, SelectMode mode, int microseconds)
        {
            try
            {
                return socket.Poll(microseconds, mode);
            }
            catch (SocketException)
            {
                // broken, which the next Read will tell
                return true;
            }
        }
    }
}
#endif
