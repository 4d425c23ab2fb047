using System.IO;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>A rendezvous point has refused a request.</summary>
public sealed class RendezvousException : IOException
{
    internal RendezvousException(PeerId point, RendezvousStatus status, string text)
        : base($"the rendezvous point {point} refuses: {status} ({(int)status})" + (text.Length == 0 ? "" : $", '{text}'"))
    {
        Status = status;
        Point = point;
    }

    /// <summary>Why.</summary>
    public RendezvousStatus Status { get; }

    /// <summary>Who.</summary>
    public PeerId Point { get; }
}
