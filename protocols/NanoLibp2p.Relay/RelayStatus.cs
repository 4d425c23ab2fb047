namespace NanoLibp2p.Relay
{
    /// <summary>What a relay, or the peer at the end of a circuit, answered (circuit relay v2 spec, "Status").</summary>
    public enum RelayStatus
    {
        /// <summary>Nothing: the connection or the stream ended before there was an answer.</summary>
        None = 0,

        /// <summary>It was done.</summary>
        Ok = 100,

        /// <summary>The relay gives this peer no reservation.</summary>
        ReservationRefused = 200,

        /// <summary>The relay, or the peer at the end, has as many reservations or circuits as it may have.</summary>
        ResourceLimitExceeded = 201,

        /// <summary>The relay's rules forbid it, such as a circuit within a circuit.</summary>
        PermissionDenied = 202,

        /// <summary>The relay could not reach the peer, or that one refused.</summary>
        ConnectionFailed = 203,

        /// <summary>The peer has no reservation at this relay.</summary>
        NoReservation = 204,

        /// <summary>A message could not be read.</summary>
        MalformedMessage = 400,

        /// <summary>A message that does not belong there.</summary>
        UnexpectedMessage = 401,
    }
}
