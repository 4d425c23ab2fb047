using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Rendezvous;

namespace NanoLibp2p.Fuzz;

/// <summary>
/// First byte: how the answer is cut. An answer of a rendezvous point is read whole and in pieces, which must come to the same; each
/// address that is told makes a multiaddr.
/// </summary>
internal sealed class RendezvousTarget : RendezvousEvents
{
    private static readonly RendezvousTarget _device = new();

    private readonly RendezvousQuery _query;
    private readonly List<string> _heard = [];

    private RendezvousTarget()
    {
        _query = new RendezvousQuery("fuzz"u8.ToArray(), this);
    }

    public static void Run(byte[] input)
    {
        if (input.Length > 0)
        {
            FuzzTarget.Must(_device.Read(input, int.MaxValue) == _device.Read(input, 1 + (input[0] & 31)), "pieces come to something else");
        }
    }

    public override void OnAddress(RendezvousQuery query, byte[] peerId, int idCount, byte[] address, int count)
    {
        FuzzTarget.Must(count <= RendezvousQuery.MaxAddressBytes && PeerId.CheckBytes(peerId, 0, idCount) == 0, "told what it may not");
        byte[] both = [.. peerId.AsSpan(0, idCount), .. address.AsSpan(0, count)];
        _heard.Add(RendezvousQuery.ToMultiaddr(both, 0, idCount, idCount, count).ToString());
    }

    public override void OnEnd(RendezvousQuery query, int status)
    {
    }

    private string Read(byte[] input, int most)
    {
        _heard.Clear();
        _query.BeginAnswer();
        Guarded guarded = new(input.AsSpan(1));
        int result = RendezvousQuery.NotEnding;
        int piece = Math.Min(most, guarded.Count);
        for (int at = 0; at < guarded.Count && result == RendezvousQuery.NotEnding; at += piece)
        {
            result = _query.Receive(guarded.Bytes, guarded.Offset + at, Math.Min(piece, guarded.Count - at));
        }

        guarded.Check();
        return result + string.Join('|', _heard);
    }
}
