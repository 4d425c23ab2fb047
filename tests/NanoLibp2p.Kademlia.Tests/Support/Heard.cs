using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>
/// What a client's handler was told. Values are valid when they begin with the key's last byte; the longer one is better.
/// </summary>
internal sealed class Heard : KademliaEvents
{
    public List<(PeerId Id, Multiaddr[] Addresses)> Peers { get; } = [];

    public byte[]? Value { get; private set; }

    public int Agreeing { get; private set; }

    public LookupResult Result { get; private set; }

    public int Count { get; private set; }

    public int Ends { get; private set; }

    /// <summary>How many peers are enough.</summary>
    public int Wanted { get; set; } = 1;

    public Func<Connection, bool> Keeps { get; set; } = _ => false;

    public Action? OnOver { get; set; }

    public override bool OnPeer(KademliaClient client, KademliaPeer peer)
    {
        Peers.Add((PeerId.FromBytes(peer.Id, 0, peer.IdCount), peer.Addresses()));
        return Peers.Count >= Wanted;
    }

    public override bool IsValid(byte[] key, int keyCount, byte[] value, int offset, int count) => count > 0
        && value[offset] == key[keyCount - 1];

    public override bool IsBetter(byte[] value, int offset, int count, byte[] other, int otherOffset, int otherCount) => count > otherCount;

    public override void OnValue(KademliaClient client, byte[] buffer, int offset, int count, int agreeing)
    {
        Value = buffer.AsSpan(offset, count).ToArray();
        Agreeing = agreeing;
    }

    public override bool KeepConnection(Connection connection) => Keeps(connection);

    public override void OnEnd(KademliaClient client, LookupResult result, int count)
    {
        Result = result;
        Count = count;
        Ends++;
        OnOver?.Invoke();
    }
}
