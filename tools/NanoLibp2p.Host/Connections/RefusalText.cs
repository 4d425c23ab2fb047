namespace NanoLibp2p.Host;

/// <summary>Says in words why somebody was turned away.</summary>
public static class RefusalText
{
    /// <summary>What happened, and which option to look at.</summary>
    public static string Describe(RefusalReason reason)
        => reason switch
        {
            RefusalReason.AddressNotAllowed => "its address is blocked or not among those allowed (AccessList)",
            RefusalReason.PeerNotAllowed => "the peer is blocked or not among those allowed (AccessList)",
            RefusalReason.Gate => "the application's gate does not allow it (Libp2pNodeOptions.Gate)",
            RefusalReason.ConnectionLimit => "all connections are in use, and none gives way (Libp2pNodeOptions.MaxConnections)",
            RefusalReason.HostLimit => "its host has as many connections as it may have (ConnectionOptions.PerHost)",
            RefusalReason.HalfOpenHostLimit
                => "as many callers of its host are in the handshake as may be (ConnectionOptions.HalfOpenPerHost)",
            RefusalReason.HalfOpenLimit => "as many callers are in the handshake as may be (ConnectionOptions.HalfOpen)",
            RefusalReason.HandlerLimit => "its connection has as many handlers at work as it may have streams (NodeOptions.MaxStreams)",
            RefusalReason.StreamNegotiation => "no protocol was agreed on for a stream",
            RefusalReason.StreamLimit => "its connection has as many streams as it may have (NodeOptions.MaxStreams)",
            RefusalReason.SignaturePolicy
                => "its messages are dropped, as they are signed where none may be, or not signed as all must be "
                    + "(GossipSubOptions.SignaturePolicy)",
            RefusalReason.OldMessages
                => "its messages are dropped, as their numbers are not above their author's last: two nodes may use one key, or one began "
                    + "anew with lower numbers",
            _ => "it was not turned away",
        };
}
