namespace NanoLibp2p.Host.Relay;

/// <summary>Direct connections in place of relayed ones (DCUtR spec).</summary>
internal static class DirectUpgrade
{
    /// <summary>The protocol's id.</summary>
    internal const string Id = "/libp2p/dcutr";
}
