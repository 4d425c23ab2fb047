using System.Net;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// The application's word on who may connect, beside the lists of <see cref="AccessList"/>. Every method says yes unless overridden, must
/// not wait, and may be called from several threads at a time.
/// </summary>
public abstract class ConnectionGate
{
    /// <summary>Whether a caller is heard at all: before the first byte, for every connection.</summary>
    /// <param name="address">Where it calls from.</param>
    public virtual bool AllowsCaller(IPAddress address) => true;

    /// <summary>Whether a peer that has proved who it is may stay. If not it is told so and the connection ends.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="address">The address of its end; null where it has none.</param>
    /// <param name="isInbound">Whether it called us.</param>
    public virtual bool AllowsPeer(PeerId peer, Multiaddr? address, bool isInbound) => true;

    /// <summary>Whether an address is dialled.</summary>
    /// <param name="peer">Who should be there; null where the address does not say.</param>
    /// <param name="address">The address that was resolved; null where the way is no address, such as through a relay.</param>
    public virtual bool AllowsDial(PeerId? peer, IPAddress? address) => true;
}
