using System;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Firmware
{
    // The lines that a device logs. Words cost heap and flash: they are all here, and only made when somebody reads them.
    internal sealed class DeviceLog
    {
        private readonly IDeviceLog _log;

        internal DeviceLog(IDeviceLog log)
        {
            _log = log;
        }

        internal void Started(Board board, Node node)
        {
            if (_log != null)
            {
                _log.Write(board.Name + " is " + node.Identity.PeerId.ToString());
            }
        }

        internal void NumberDamaged(ulong next)
        {
            if (_log != null)
            {
                _log.Write("the stored message number is damaged; messages go on from " + next.ToString());
            }
        }

        internal void NumberNotStored()
        {
            if (_log != null)
            {
                _log.Write("the store took no message number: after a restart peers may refuse readings for a while");
            }
        }

        internal void Listening(string asked, Multiaddr bound, LinkError error, int connections, bool hasDialList)
        {
            if (_log != null)
            {
                _log.Write(bound == null ? "not listening on " + asked + ": " + CloseText.Describe(error)
                    : "listening on " + bound.ToString() + (!hasDialList ? string.Empty
                    : connections == 1
                    ? ", but nobody gets in: MaxConnections = 1 belongs to the dial list; raise NodeOptions.MaxConnections"
                    : "; of MaxConnections = " + connections.ToString() + " one belongs to the dial list"));
            }
        }

        internal void Connected(Connection connection)
        {
            if (_log != null)
            {
                _log.Write("connected to " + NameOf(connection) + PlaceOf(connection));
            }
        }

        internal void Closed(Connection connection, NodeOptions options, long pauseMs)
        {
            if (_log != null)
            {
                _log.Write((connection.WasOpen ? "connection to " : "no connection to ") + NameOf(connection) + PlaceOf(connection) + ": "
                    + CloseText.Describe(connection, options)
                    + (pauseMs < 0 ? string.Empty : "; next try in " + pauseMs.ToString() + " ms"));
            }
        }

        internal void Deaf(Connection connection, Delivery delivery, DeviceOptions options, bool isLeaving)
        {
            if (_log != null)
            {
                _log.Write(NameOf(connection) + PlaceOf(connection) + " took none of " + delivery.Kept.ToString()
                    + " readings for DeafMs = "
                    + options.DeafMs.ToString() + "; is it subscribed to " + delivery.FirstTopic.Name + "? "
                    + (isLeaving ? "The next address has its turn" : "It is the only address, so the readings wait"));
            }
        }

        internal void Refused(Node node)
        {
            if (_log != null)
            {
                _log.Write("a caller was rejected: all MaxConnections = " + node.Options.MaxConnections.ToString()
                    + (node.KeepsPlaceForDials ? " are in use or belong to the dial list" : " are in use"));
            }
        }

        internal void TurnedAway(int callers)
        {
            if (_log != null && callers > 0)
            {
                _log.Write(callers.ToString() + " more callers did not get in since the last line about one");
            }
        }

        internal void ReadingFailed(long number, Exception exception)
        {
            if (_log != null)
            {
                _log.Write("reading " + number.ToString() + " failed: " + exception.Message);
            }
        }

        internal void ReadingTooLong(long number, DeviceOptions options)
        {
            if (_log != null)
            {
                _log.Write("reading " + number.ToString() + " exceeds MaxReadingBytes = " + options.MaxReadingBytes.ToString()
                    + "; raise DeviceOptions.MaxReadingBytes or let the sensor say less");
            }
        }

        internal void StepFailed(Exception exception)
        {
            if (_log != null)
            {
                _log.Write("a step failed: " + exception.Message);
            }
        }

        private static string NameOf(Connection connection)
        {
            return connection.RemotePeer == null ? "a peer" : connection.RemotePeer.ToString();
        }

        private static string PlaceOf(Connection connection)
        {
            return connection.DialAddress == null ? ", which called" : " at " + connection.DialAddress.WithoutPeerId().ToString();
        }
    }
}
