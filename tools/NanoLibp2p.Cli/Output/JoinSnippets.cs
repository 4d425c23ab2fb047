namespace NanoLibp2p.Cli;

/// <summary>One line each with which other programs join a topic. They stand in single quotes, so that any shell leaves them
/// alone.</summary>
internal sealed class JoinSnippets(string address, string topic)
{
    /// <summary>What the js line needs from npm.</summary>
    internal const string JsPackages =
        "libp2p @libp2p/tcp @libp2p/noise @libp2p/yamux @libp2p/identify @libp2p/gossipsub @multiformats/multiaddr";

    /// <summary>With this program, from the repository's folder.</summary>
    internal string Cli => $"dotnet run --project tools/NanoLibp2p.Cli -- subscribe {address} {topic}";

    /// <summary>With js-libp2p on Node.js 22 or later.</summary>
    internal string Js =>
        "node --input-type=module -e '"
        + "import { createLibp2p } from \"libp2p\"; import { tcp } from \"@libp2p/tcp\"; import { noise } from \"@libp2p/noise\"; import { "
        + "yamux } from \"@libp2p/yamux\"; "
        + "import { identify } from \"@libp2p/identify\"; import { gossipsub } from \"@libp2p/gossipsub\"; import { multiaddr } from "
        + "\"@multiformats/multiaddr\"; "
        + "const node = await createLibp2p({ transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()], services: { "
        + "identify: identify(), pubsub: gossipsub() } }); "
        + "node.services.pubsub.addEventListener(\"message\", e => console.log(`${e.detail.from} ${new "
        + "TextDecoder().decode(e.detail.data)}`)); "
        + $"node.services.pubsub.subscribe(\"{topic}\"); await node.dial(multiaddr(\"{address}\"))'";

    /// <summary>With go-libp2p.</summary>
    internal string Go =>
        "h, _ := libp2p.New(); ps, _ := pubsub.NewGossipSub(ctx, h); "
        + $"p, _ := peer.AddrInfoFromString(\"{address}\"); h.Connect(ctx, *p); "
        + $"t, _ := ps.Join(\"{topic}\"); s, _ := t.Subscribe(); "
        + "for { m, _ := s.Next(ctx); fmt.Println(m.GetFrom(), string(m.Data)) }";
}
