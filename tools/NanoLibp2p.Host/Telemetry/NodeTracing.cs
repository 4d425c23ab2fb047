using System;
using System.Collections.Generic;
using System.Diagnostics;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// Spans of what a node does over a while, under <see cref="Libp2pNode.ActivitySourceName"/>. Without a listener none is made.
/// </summary>
/// <remarks>
/// <code>
///   libp2p.dial                  of all who ask for the peer at a time; within the first asker's span
///     libp2p.dial.attempt        one address
///       libp2p.upgrade           from the link to the open connection; of callers a span of its own
///   libp2p.relay.circuit         at the relay, from the peers' agreement to the end
///   libp2p.kad.lookup            one lookup of Kademlia
/// </code>
/// </remarks>
internal static class NodeTracing
{
    internal const string SourceName = "NanoLibp2p";

    internal const string Dial = "libp2p.dial";
    internal const string Attempt = "libp2p.dial.attempt";
    internal const string Upgrade = "libp2p.upgrade";
    internal const string Circuit = "libp2p.relay.circuit";
    internal const string Lookup = "libp2p.kad.lookup";

    internal const string Peer = "libp2p.peer";
    internal const string Address = "libp2p.address";

    private static readonly ActivitySource _source = new(SourceName);

    /// <summary>Begins one; null when nobody listens.</summary>
    internal static Activity? Start(string name, PeerId? peer = null, Multiaddr? address = null)
        => Describe(_source.StartActivity(name, ActivityKind.Client), peer, address);

    /// <summary>Ends one that failed.</summary>
    internal static void Fail(this Activity? activity, Exception why) => activity?.SetStatus(ActivityStatusCode.Error, why.Message);

    /// <summary>Tells of one that is over now.</summary>
    /// <param name="name">What it was.</param>
    /// <param name="took">How long.</param>
    /// <param name="peer">With whom; null where that is not known.</param>
    /// <param name="address">Where; null for nowhere.</param>
    /// <param name="error">Why it failed; null when it did not.</param>
    /// <param name="tags">What else there is to say; null for nothing.</param>
    internal static void Over(string name, TimeSpan took, PeerId? peer, Multiaddr? address, string? error,
        IEnumerable<KeyValuePair<string, object?>>? tags = null)
    {
        if (_source.HasListeners())
        {
            using Activity? activity = Describe(
                _source.StartActivity(name, ActivityKind.Server, default(ActivityContext), tags, null, DateTimeOffset.UtcNow - took),
                peer, address);
            if (error != null)
            {
                activity?.SetStatus(ActivityStatusCode.Error, error);
            }
        }
    }

    private static Activity? Describe(Activity? activity, PeerId? peer, Multiaddr? address)
    {
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(Peer, peer?.ToString());
            activity.SetTag(Address, address?.ToString());
        }

        return activity;
    }
}
