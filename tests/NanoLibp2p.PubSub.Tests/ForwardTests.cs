using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>Passing messages on, which a board doesn't do unless it is told to.</summary>
public class ForwardTests
{
    private static readonly Identity _author = Identity.Create(new ManagedCrypto(), new SeededRandom(95));

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void A_message_goes_on_to_the_mesh_and_to_floodsub_but_not_back(bool forward, bool signed)
    {
        Simulation simulation = new(10);
        Board board = new(simulation, new PubSubOptions
        {
            Forward = forward,
            MeshPeers = 2,
            SignaturePolicy = signed ? SignaturePolicy.StrictSign : SignaturePolicy.StrictNoSign,
        }, new NodeOptions { MaxConnections = 4 });
        board.PubSub.Join("t");
        ScriptedPeer[] peers = [new(simulation), new(simulation), new(simulation, "/floodsub/1.0.0"), new(simulation)];
        foreach (ScriptedPeer peer in peers)
        {
            board.Dial(peer);
            peer.Send(Rpc.Subscribe("t"));
            simulation.Run(100);
        }

        Assert.Equal([true, true, false, false], peers.Select(peer => peer.Take().Any(rpc => rpc.Graft.Count > 0)));
        RpcMessage message = signed
            ? RpcMessage.By(_author, 1, "t", [1, 2]) with { Key = _author.PublicKeyProtobuf }
            : new RpcMessage { Data = [1, 2], Topic = "t" };
        peers[0].Send(Rpc.Publish(message));
        simulation.Run(500);

        Assert.Single(board.Messages);
        byte[][] heard = [.. peers.Select(peer => peer.TakeBytes())];
        byte[] whole = forward ? Rpc.Publish(message).Encode() : [];
        Assert.Equal([[], whole, whole, []], heard);

        // who is in no mesh hears the id of it, and can have it
        simulation.Run(2_000);
        byte[][] ids = [.. peers[3].Take().SelectMany(rpc => rpc.Have).SelectMany(have => have.Ids)];
        Assert.Equal(forward ? 1 : 0, ids.Length);
        if (forward)
        {
            peers[3].Send(new Rpc { Want = [ids] });
            simulation.Run(500);
            Assert.Equal(whole, peers[3].TakeBytes());
        }
    }

    [Fact]
    public void A_message_crosses_a_chain_of_nodes_and_every_node_hears_it_once()
    {
        Simulation simulation = new(11);
        Board[] nodes = Enumerable.Range(0, 5)
            .Select(_ =>
                new Board(simulation, new PubSubOptions { Forward = true }, new NodeOptions { MaxConnections = 4, MaxHandshakes = 4 }))
            .ToArray();
        foreach (Board node in nodes)
        {
            node.PubSub.Join("t");
        }

        // a ring with one chord
        Multiaddr[] addresses = nodes.Select(node => node.Host.Listen()).ToArray();
        for (int i = 0; i < 5; i++)
        {
            nodes[i].Host.Dial(addresses[(i + 1) % 5]);
        }

        nodes[0].Host.Dial(addresses[2]);
        simulation.Run(5_000);
        nodes[0].Publish("t", 42);
        simulation.Run(5_000);

        Assert.Empty(nodes[0].Messages);
        Assert.All(nodes[1..], node => Assert.Equal([42], Assert.Single(node.Messages).Data));
    }
}
