namespace NanoLibp2p.Host.PubSub;

/// <summary>For whom a message of another peer's is, of those that subscribed.</summary>
internal enum SignedReach
{
    /// <summary>For all.</summary>
    All,

    /// <summary>For all but those here that only watch, which have it.</summary>
    Receivers,

    /// <summary>For those here that only watch; others get it later.</summary>
    Watchers,
}
