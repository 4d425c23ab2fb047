using NanoLibp2p.Core;
#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Core.Multistream;
#endif
using NanoLibp2p.Hal;

namespace NanoLibp2p.Firmware
{
    /// <summary>Says in words why a connection ended: what happened, with which value, and what to do. For logs; it allocates.</summary>
    public static class CloseText
    {
        /// <summary>Why a connection ended, in one line; to be asked in NodeEvents.OnClosed.</summary>
        /// <param name="connection">The connection.</param>
        /// <param name="options">Its node's, for the limits that were hit.</param>
        public static string Describe(Connection connection, NodeOptions options)
        {
            return Describe(connection.CloseReason, connection.CloseDetail, options);
        }

        /// <summary>What a reason and its detail mean under a node's options.</summary>
        public static string Describe(CloseReason reason, int detail, NodeOptions options)
        {
            switch (reason)
            {
                case CloseReason.None:
                    return "it has not ended";
                case CloseReason.Local:
                    return "this side closed it";
                case CloseReason.Remote:
#if !NANOFRAMEWORK_1_0
                    string said = ErrorCode.Describe((uint)detail);
                    if (said != null)
                    {
                        return "the peer closed it: " + said;
                    }
#endif
                    return detail == 0 ? "the peer closed it"
                        : detail == 1 ? "the peer closed it: it took something that we sent for a protocol error; its own log says what"
                        : "the peer closed it for a limit of its own, such as the longest record that it takes "
                            + "(NodeOptions.LargeRecordBytes"
                            + " of a device); its own log says which";
                case CloseReason.LinkFailed:
                    return "the link broke: " + Describe((LinkError)detail);
                case CloseReason.DialFailed:
                    return "no address could be reached: " + Describe((LinkError)detail);
                case CloseReason.EndedInHandshake:
                    return "the peer ended the link before the handshake was over; is it a libp2p peer, and has it room for one more "
                        + "connection?";
                case CloseReason.HandshakeTimeout:
                    return detail != 0
                        ? "the caller said nothing for FirstByteTimeoutMs = " + detail.ToString() + "; is it a libp2p peer?"
                        : "the handshake took longer than HandshakeTimeoutMs = " + options.HandshakeTimeoutMs.ToString()
                        + "; raise NodeOptions.HandshakeTimeoutMs if the peer is only slow";
                case CloseReason.KeepAliveTimeout:
                    return "nothing came from the peer for KeepAliveMs = " + options.KeepAliveMs.ToString() + " and KeepAliveTimeoutMs = "
                        + options.KeepAliveTimeoutMs.ToString() + ", not even an answer to a ping; is it still there?";
                case CloseReason.NegotiationMalformed:
#if !NANOFRAMEWORK_1_0
                    string fault = StreamRefusalText.Describe((StreamRefusal)detail);
                    if (fault != null)
                    {
                        return "the peer does not speak multistream-select: " + fault + "; is this a libp2p port?";
                    }
#endif
                    return "the peer does not speak multistream-select; is this a libp2p port?";
                case CloseReason.SecurityRefused:
                    return "the peer does not speak Noise (/noise), without which nothing is sent; turn it on there";
                case CloseReason.MuxerRefused:
                    return "the peer does not speak Yamux (/yamux/1.0.0); turn it on there";
                case CloseReason.HandshakeInvalid:
                    return "a Noise handshake message was changed, cut short or made with other keys";
                case CloseReason.IdentityMalformed:
                    return "the peer's identity in the handshake is not what libp2p's noise spec says";
                case CloseReason.IdentityUnsupported:
                    return "the peer's identity key is neither Ed25519 nor of a kind that NodeOptions.Verifier knows;"
                        + " give the peer an Ed25519 key, or the node a verifier";
                case CloseReason.IdentityInvalid:
                    return "the peer's identity key did not sign its connection: it pretends to be another";
                case CloseReason.PeerIdMismatch:
                    return "another peer answered than the address names; correct the /p2p/ part of the address, or find out who sits "
                        + "there";
                case CloseReason.RecordTooLong:
                    // before a peer has proved who it is, it has no more than the connection's own buffer
                    bool large = detail > options.LargeRecordBytes;
                    string limit = large ? "LargeRecordBytes" : "RecordBytes";
                    return "record of " + detail.ToString() + " bytes exceeds " + limit + " = "
                        + (large ? options.LargeRecordBytes : options.RecordBytes).ToString()
                        + "; raise NodeOptions." + limit + " or let the peer send smaller records";
#if !NANOFRAMEWORK_1_0
                case CloseReason.MemoryExceeded:
                    return "all connections together held more than their memory budget, and this one the most, " + detail.ToString()
                        + " KiB: its peer sends more than is read here, or reads less than is sent; raise the budget if it may";
                case CloseReason.Trimmed:
                    return "there were more connections than the high water mark, and this one was of the least use; protect the peer, or "
                        + "raise the mark";
                case CloseReason.Blocked:
                    return "the peer or its address is not allowed here; take it off the block list if it should be";
                case CloseReason.ShuttingDown:
                    return "this node ends";
                case CloseReason.Supplanted:
                    return "another connection to the same peer takes its place";
#endif
                case CloseReason.RecordTimeout:
                    return "a record of " + detail.ToString() + " bytes kept a receive buffer for RecordTimeoutMs = "
                        + options.RecordTimeoutMs.ToString() + "; raise NodeOptions.RecordTimeoutMs if the peer is only slow";
                case CloseReason.RecordInvalid:
                    return "a record of " + detail.ToString() + " bytes has a wrong tag or none: it was changed on the way";
                case CloseReason.YamuxMalformed:
                    return "the peer sent a Yamux frame that makes no sense";
                case CloseReason.YamuxWindowOverrun:
                    return "the peer sent more on a stream than its window allowed";
                case CloseReason.StreamFlood:
                    return "the peer opened streams without end beside MaxStreams = " + options.MaxStreams.ToString()
                        + "; raise NodeOptions.MaxStreams if it needs them";
                case CloseReason.ConnectionLimit:
                    return "all MaxConnections = " + detail.ToString() + " are in use; raise NodeOptions.MaxConnections";
                case CloseReason.KeyExhausted:
                    return "every number of the key was used; the next connection has a new key";
                case CloseReason.ProtocolViolated:
                    return "the peer broke a protocol's rules " + detail.ToString()
                        + " times, such as by messages that it can't have signed";
                case CloseReason.GaveWay:
                    return "another peer needed the place, and nothing kept this one: no finished handshake, no subscription, no stream in "
                        + "use;"
                        + " raise NodeOptions.MaxConnections to have room for both";
                case CloseReason.DialledSelf:
                    return "the address leads back to this device; take it off the dial list";
                default:
                    return "reason " + ((int)reason).ToString() + ", detail " + detail.ToString();
            }
        }

        /// <summary>What a link's error means.</summary>
        public static string Describe(LinkError error)
        {
            switch (error)
            {
                case LinkError.None:
                    return "it ended without an error";
                case LinkError.NameNotFound:
                    return "the host name has no address; check the name and the network's DNS";
                case LinkError.Refused:
                    return "connection refused; does the peer run, and on this port?";
                case LinkError.Unreachable:
                    return "no way to that host; check the address, the network and its router";
                case LinkError.TimedOut:
                    return "no answer in time; check the address and firewalls on the way";
                case LinkError.Reset:
                    return "it was reset; the peer stopped, or the network cut it";
                case LinkError.AddressUnavailable:
                    return "the address is in use, or is not this host's";
                case LinkError.NoResources:
                    return "no socket or memory was left; use fewer connections";
                default:
                    return "the driver gave no reason that is known here";
            }
        }
    }
}
