using System;
using System.Collections.Generic;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>
/// What came of one lookup after another. Values are those of js's namespace <c>test</c>: they begin with <c>good</c>, and the longer
/// stands.
/// </summary>
internal sealed class LookupHandler : KademliaEvents
{
    private TaskCompletionSource<LookupResult> _over = new();

    public List<(string Peer, string[] Addresses)> Peers { get; } = [];

    public string? Value { get; private set; }

    public int Count { get; private set; }

    /// <summary>Starts a lookup on the node's thread, and waits for its end.</summary>
    public async Task<LookupResult> LookAsync(NanoPeer nano, Func<bool> start)
    {
        _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Peers.Clear();
        Value = null;
        Assert.True(await nano.DoAsync(start));
        return await _over.Task.WaitAsync(NanoPeer.Patience);
    }

    public override bool OnPeer(KademliaClient client, KademliaPeer peer)
    {
        Peers.Add((PeerId.FromBytes(peer.Id, 0, peer.IdCount).ToString(),
            Array.ConvertAll(peer.Addresses(), address => address.ToString())));
        return false;
    }

    public override bool IsValid(byte[] key, int keyCount, byte[] value, int offset, int count) =>
        Encoding.ASCII.GetString(value, offset, count).StartsWith("good", StringComparison.Ordinal);

    public override bool IsBetter(byte[] value, int offset, int count, byte[] other, int otherOffset, int otherCount) => count > otherCount;

    public override void OnValue(KademliaClient client, byte[] buffer, int offset, int count, int agreeing) =>
        Value = Encoding.ASCII.GetString(buffer, offset, count);

    public override void OnEnd(KademliaClient client, LookupResult result, int count)
    {
        Count = count;
        _over.SetResult(result);
    }
}
