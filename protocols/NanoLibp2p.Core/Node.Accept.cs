using NanoLibp2p.Hal;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core
{
    // The door: who gets a connection and a handshake when there are fewer of them than peers that want one. What we dial stays; a
    // peer that called gives way as Connection.GiveWayOrder tells.
    public sealed partial class Node
    {
        // callers taken in one step, so that who is connected has its turn
        private const int MaxAccepts = 16;

        /// <summary>
        /// Whether one connection and one handshake belong to <see cref="Dial"/>: callers then have one of NodeOptions.MaxConnections
        /// less, and none when there is one. Default false; a device with a dial list sets it.
        /// </summary>
        public bool KeepsPlaceForDials;

        // in Poll, where a protocol may be at work on an open connection
        private bool _polling;

        private bool AcceptLinks()
        {
            int taken = 0;
            while (_listenCount > 0 && taken < MaxAccepts)
            {
                IStreamLink link = Transport.Accept();
                if (link == null)
                {
                    break;
                }

                taken++;
#if NANOFRAMEWORK_1_0
                Connection connection = FreeConnection(false);
#else
                Connection connection = HasRoomForHost(link) ? FreeConnection(false) : null;
#endif
                if (connection != null)
                {
                    connection.Accept(link);
                }
                else
                {
                    if (Events != null)
                    {
                        Events.OnRefused(link);
                    }

                    link.Close();
                }
            }

            return taken > 0;
        }

        /// <summary>A connection that is free, or that somebody else gives up for it; null when there is none.</summary>
        internal Connection FreeConnection(bool toDial)
        {
            Connection free = null;
            int left = Connections.Length - (KeepsPlaceForDials ? 1 : 0);
            int i = Connections.Length - 1;
            PickFree(ref i, ref left, ref free);
            for (; i >= 0; i--)
            {
                Connection connection = Connections[i];
                if (connection.State == ConnectionState.Free)
                {
                    free = connection;
                }
                else if (connection.IsInbound)
                {
                    left--;
                }
            }

            return free == null || (!toDial && left <= 0) ? GiveWay(toDial, false) : free;
        }

        partial void PickFree(ref int index, ref int left, ref Connection free);

        /// <summary>A handshake that is free, or that somebody else gives up for it; null when there is none.</summary>
        internal NoiseHandshake RentHandshake(bool toDial)
        {
            NoiseHandshake free = Handshakes.Rent();
            if (free == null && GiveWay(toDial, true) != null)
            {
                free = Handshakes.Rent();
            }

            return free;
        }

        // Ends the connection that gives way first. Null when there is none, or when it ends in the next Poll.
        private Connection GiveWay(bool toDial, bool withHandshake)
        {
            Connection first = null;
            long least = long.MaxValue;
            for (int i = 0; i < Connections.Length; i++)
            {
                long order = Connections[i].GiveWayOrder(toDial, withHandshake);
                if (order < least)
                {
                    least = order;
                    first = Connections[i];
                }
            }

            if (first != null)
            {
                first.Close(CloseReason.GaveWay, 0);
                if (_polling && first.WasOpen)
                {
                    return null;
                }

                first.Step(_nowMs);
            }

            return first;
        }
    }
}
