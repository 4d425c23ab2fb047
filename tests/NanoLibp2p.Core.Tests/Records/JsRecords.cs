namespace NanoLibp2p.Core.Tests.Records;

/// <summary>
/// Peer records that js-libp2p sealed (@libp2p/peer-record of tests/js) with the keys of the peer-ids spec, sequence 1764130000000:
/// /ip4/192.0.2.7/tcp/4001, /ip6/2001:db8::7/tcp/4001, /dns4/sensor.example/udp/4001/quic-v1/webtransport (which is unknown here).
/// </summary>
internal static class JsRecords
{
    public const string Ed25519 =
        "0a24080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e120203011a6f0a260024080112201ed1e8fae2c4a144"
        + "b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e108099def2ab331a0a0a0804c0000207060fa11a160a142920010db80000000000000000"
        + "00000007060fa11a1a0a18360e73656e736f722e6578616d706c6591020fa1cd03d1032a401f80204900dcdf54bdf08a10924eccaa0ca38e60d0da2e"
        + "9bac488fecb4aae5106ccae9b6b8dce918b16c15cf08e9987e6c7d6320aeb684eb4f78875814dd4204";
}
