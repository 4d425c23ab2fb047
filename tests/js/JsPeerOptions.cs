using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace NanoLibp2p.JsPeers;

/// <summary>How a js-libp2p node is set up. <c>tests/js/node.mjs</c> says what each option does there.</summary>
public sealed record JsPeerOptions
{
    /// <summary>The multiaddr to listen on; null for a node that only dials.</summary>
    public string? Listen { get; init; } = "/ip4/127.0.0.1/tcp/0";

    /// <summary>The same seed gives the same key; null gives a random key.</summary>
    public int? Seed { get; init; }

    /// <summary>
    /// The type of the key that it proves: <c>Ed25519</c>, <c>RSA</c>, <c>secp256k1</c> or <c>ECDSA</c>. A seed is for the first only, and
    /// with the last <see cref="JsPeer.PeerId"/> is not what is proved, since js-libp2p has no such ids.
    /// </summary>
    public string Key { get; init; } = "Ed25519";

    /// <summary>False leaves the muxer out of Noise's extensions and doesn't look at the peer's.</summary>
    public bool Early { get; init; } = true;

    /// <summary><c>gossipsub</c>, <c>floodsub</c> or null.</summary>
    public string? Pubsub { get; init; }

    /// <summary>True for StrictSign, false for StrictNoSign.</summary>
    public bool Sign { get; init; } = true;

    /// <summary>Gossipsub's heartbeat, in milliseconds.</summary>
    public int Heartbeat { get; init; } = 100;

    /// <summary>A DHT server's protocol id, such as <c>/ipfs/kad/1.0.0</c>; null for none.</summary>
    public string? Dht { get; init; }

    /// <summary>Whom it looks for by mDNS; null for nobody.</summary>
    public JsMdns? Mdns { get; init; }

    /// <summary>Milliseconds between Yamux's own pings; null for js-libp2p's 30 seconds.</summary>
    public int? KeepAlive { get; init; }

    /// <summary><c>client</c> to dial and be dialed through relays, <c>server</c> to be one as well, without limits,
    /// <c>limited</c> with js-libp2p's own; null for neither.</summary>
    public string? Relay { get; init; }

    /// <summary>Whether it dials WebSockets and may listen for them; certificates are not checked then.</summary>
    public bool WebSockets { get; init; }

    /// <summary>Where the node's connections break off; null for a node that is left as it is.</summary>
    public JsCut? Cut { get; init; }

    /// <summary>Which versions of AutoNAT it has, as server and as client: <c>v1</c>, <c>v2</c> or <c>both</c>; null for none.</summary>
    public string? Autonat { get; init; }

    /// <summary>Whether it looks for direct connections in place of relayed ones (DCUtR).</summary>
    public bool Dcutr { get; init; }

    /// <summary>A multiaddr that it announces beside its own; null for none.</summary>
    public string? Announce { get; init; }

    /// <summary>The port that its dials leave from; null for any.</summary>
    public int? LocalPort { get; init; }

    /// <summary>Keys that it answers by the fetch protocol, with their values; the prefix <c>/broken/</c> is an error. Null for no
    /// fetch.</summary>
    public IReadOnlyDictionary<string, string>? Fetch { get; init; }

    /// <summary>A command that its process runs under, such as <c>ip netns exec NAME</c>; null for none.</summary>
    [JsonIgnore]
    public IReadOnlyList<string>? Prefix { get; init; }

    /// <summary>How long an upgrade may take on the js side, in milliseconds.</summary>
    public int Patience { get; init; } = 10_000;
}
