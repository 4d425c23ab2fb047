using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>What a node of ours that passes messages on, and takes no offence, makes of a variant.</summary>
internal sealed class VariantRun
{
    private VariantRun(Verdict verdict, List<byte[]> forwarded, DropReason drop)
    {
        Verdict = verdict;
        Forwarded = forwarded;
        Drop = drop;
    }

    public Verdict Verdict { get; }

    /// <summary>The RPCs with messages that a peer in the mesh heard, without their lengths.</summary>
    public List<byte[]> Forwarded { get; }

    public DropReason Drop { get; }

    public static VariantRun Of(Variant variant)
    {
        Simulation simulation = new(17);
        Board board = new(simulation, new PubSubOptions { Forward = true, MaxOffences = 1 },
            new NodeOptions { MaxConnections = 2, MaxHandshakes = 2 });
        board.PubSub.Join(Variant.Topic);
        ScriptedPeer peer = new(simulation);
        ScriptedPeer behind = new(simulation);
        Connection connection = board.Dial(peer);
        board.Dial(behind);
        behind.Send(Rpc.Subscribe(Variant.Topic));
        simulation.Run(50);
        behind.TakeBytes();

        // in pieces, so that no field may be in one
        byte[] rpc = [.. Fields.VarintBytes((ulong)variant.Rpc.Length), .. variant.Rpc];
        peer.Send(rpc[..(rpc.Length / 3)]);
        simulation.Run(50);
        peer.Send(rpc[(rpc.Length / 3)..]);
        simulation.Run(50);
        Verdict verdict = !connection.IsOpen ? Verdict.Reject : board.Messages.Count > 0 ? Verdict.Accept : Verdict.Ignore;
        List<byte[]> forwarded = [.. behind.Take().Where(one => one.Messages.Count > 0).Select(one => WithoutLength(one.Encode()))];
        DropReason drop = board.Drops.LastOrDefault();
        Assert.Equal(verdict == Verdict.Accept ? 1 : 0, forwarded.Count);
        Assert.Equal(0, peer.Resets + board.PubSub.Drops(DropReason.Malformed) - (verdict == Verdict.Reject ? peer.Resets : 0));

        // whatever was not accepted leaves the plain message a new one
        board.Messages.Clear();
        byte[] plain = new Fields().Bytes(2, Variant.Plain).ToArray();
        behind.Send([.. Fields.VarintBytes((ulong)plain.Length), .. plain]);
        simulation.Run(50);
        Assert.Equal(verdict == Verdict.Accept ? 0 : 1, board.Messages.Count);
        return new VariantRun(verdict, forwarded, drop);
    }

    private static byte[] WithoutLength(byte[] rpc)
    {
        int at = 0;
        Assert.True(Fields.TryVarint(rpc, ref at, out _));
        return rpc[at..];
    }
}
