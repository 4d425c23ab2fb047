using System.IO;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Fetch;

/// <summary>A peer could not look a value up. What it says of it is its own text.</summary>
public sealed class FetchException : IOException
{
    internal FetchException(PeerId peer, string text)
        : base($"the peer {peer} could not look the value up" + (text.Length == 0 ? "" : $": '{text}'"))
    {
        Peer = peer;
    }

    /// <summary>Who.</summary>
    public PeerId Peer { get; }
}
