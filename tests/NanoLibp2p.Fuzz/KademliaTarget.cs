using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Kademlia;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Fuzz;

/// <summary>
/// A message of kad-dht, read by the desktop's codec and, behind its length, by the device's reader of answers. First byte: how the
/// device's is cut.
/// </summary>
internal sealed class KademliaTarget : KademliaEvents
{
    private const int MaxAddressesAPeer = 16;

    // the device's node, whose key is of no interest
    private static readonly KademliaTarget _device = new();

    private readonly KademliaClient _client;
    private readonly byte[] _key = [1, 2, 3];
    private readonly List<string> _heard = [];

    private KademliaTarget()
    {
        CryptoProvider crypto = new CheapCrypto();
        Node node = new(new NodeOptions { MaxConnections = 1, LargeRecordBytes = 0 }, Identity.Create(crypto, new SeededRandom(1)), crypto,
            new SeededRandom(2));
        _client = new KademliaClient(new KademliaOptions()) { Events = this };
        node.Add(_client);
    }

    public static void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        byte[] body = input[1..];
        ReadDesktop(body);

        // its length may be right, or be what the input says it is
        byte[] prefix = new byte[Varint.MaxBytes];
        byte[] message = (input[0] & 1) != 0 ? body : [.. prefix[..Varint.Write((uint)body.Length, prefix, 0)], .. body];
        string whole = _device.ReadDevice(message, int.MaxValue);
        FuzzTarget.Must(whole == _device.ReadDevice(message, 1 + (input[0] >> 3)), "pieces come to something else");
    }

    public override bool OnPeer(KademliaClient client, KademliaPeer peer)
    {
        _heard.Add(Convert.ToHexString(peer.Id, 0, peer.IdCount) + string.Join(' ', peer.Addresses().AsEnumerable()));
        return false;
    }

    public override void OnEnd(KademliaClient client, LookupResult result, int count)
    {
    }

    private static void ReadDesktop(byte[] body)
    {
        KademliaMessage? message = KademliaCodec.TryRead(body, MaxAddressesAPeer, out string error);
        if (message == null)
        {
            FuzzTarget.Must(error.Length > 0, "refused without a reason");
            return;
        }

        FuzzTarget.Must(message.Key.Length <= KademliaCodec.MaxKeyBytes && message.CloserPeers.Count <= KademliaCodec.MaxCloserPeers
            && message.ProviderPeers.Count <= KademliaCodec.MaxProviderPeers, "kept more than it may");
        foreach (WirePeer peer in message.CloserPeers.Concat(message.ProviderPeers))
        {
            FuzzTarget.Must(peer.Addresses.Count <= MaxAddressesAPeer, "kept more addresses of a peer than it may");
            FuzzTarget.Must(peer.Addresses.TrueForAll(one => one.PeerId == null), "kept an address of a peer");
        }

        byte[] written = KademliaCodec.Write(message);
        KademliaMessage? again = KademliaCodec.TryRead(written, MaxAddressesAPeer, out _);
        FuzzTarget.Must(again != null && KademliaCodec.Write(again).AsSpan().SequenceEqual(written), "what is written reads otherwise");
    }

    private string ReadDevice(byte[] message, int piece)
    {
        _heard.Clear();
        _client.Cancel();
        _client.FindProviders(_key, 0, _key.Length);
        KademliaRequest request = new(_client, _client.Options);
        request.BeginAnswer(KademliaRequest.GetProviders);
        Guarded guarded = new(message);
        int result = 0;
        for (int at = 0; at < guarded.Count && result == 0; at += Math.Min(piece, guarded.Count))
        {
            result = request.Receive(guarded.Bytes, guarded.Offset + at, Math.Min(piece, guarded.Count - at));
        }

        guarded.Check();
        FuzzTarget.Must(result is -1 or 0 or 1, "a verdict that nobody knows");
        return result + string.Join('|', _heard);
    }
}
