using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>A circuit that is wanted.</summary>
internal sealed class CircuitRequest(ShardConnection relay, PeerId target) : Request<LinkSource>, IShardWork
{
    private bool _isBegun;

    public void Run(Shard shard)
    {
        if (_isBegun)
        {
            // cancelled while it was under way
            shard.Circuits.GiveUp(this);
        }
        else if (!IsOver)
        {
            _isBegun = true;
            shard.Circuits.Dial(relay, target, this);
        }
    }

    public void Abandon() => Fail(Libp2pException.NodeClosed());

    /// <summary>There is none.</summary>
    internal void Refuse(RelayStatus status)
    {
        if (!IsOver)
        {
            Fail(new Libp2pException(Libp2pError.DialFailed, target, "the relay " + relay.Peer + " " + status switch
            {
                RelayStatus.NoReservation => "has no reservation of that peer (NO_RESERVATION): it is not connected there",
                RelayStatus.ResourceLimitExceeded => "has as many circuits as it may have (RESOURCE_LIMIT_EXCEEDED); try again later",
                RelayStatus.PermissionDenied => "does not allow it (PERMISSION_DENIED)",
                RelayStatus.ConnectionFailed => "could not reach that peer, or it refused (CONNECTION_FAILED)",
                RelayStatus.None => "gave no answer: it is no relay, or its connection ended",
                _ => "refused with status " + (int)status,
            }, CloseReason.DialFailed, (int)(status switch
            {
                RelayStatus.NoReservation => LinkError.Unreachable,
                RelayStatus.ResourceLimitExceeded => LinkError.NoResources,
                RelayStatus.None => LinkError.Reset,
                _ => LinkError.Refused,
            })));
        }
    }

    protected override void OnCancelled() => relay.Shard.Post(this);
}
