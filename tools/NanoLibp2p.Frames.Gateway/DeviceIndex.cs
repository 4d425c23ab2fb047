using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>Which devices a frame may be of: by session id, by the id of a resumption, by the request that made a root, by the hint of KK.
/// So a frame costs the same among ten devices and ten thousand.</summary>
internal sealed class DeviceIndex
{
    private readonly Dictionary<(Kind Kind, uint Value), List<PeerId>> _peers = [];
    private readonly Dictionary<PeerId, List<(Kind Kind, uint Value)>> _keys = [];

    // of the shortest request, R1, these tell it from others
    private const int RequestBytes = 13;

    private enum Kind
    {
        Sid,
        Rid,
        Request,
        Hint,
    }

    internal IReadOnlyList<PeerId> WithSid(int sid) => Find(Kind.Sid, (uint)sid);

    internal IReadOnlyList<PeerId> WithRid(ReadOnlySpan<byte> rid) => Find(Kind.Rid, BinaryPrimitives.ReadUInt32BigEndian(rid));

    /// <summary>Those whose root was made by such a frame, and perhaps others.</summary>
    internal IReadOnlyList<PeerId> WithRequest(ReadOnlySpan<byte> request) => Find(Kind.Request, RequestKey(request));

    internal IReadOnlyList<PeerId> WithHint(ReadOnlySpan<byte> hint) => Find(Kind.Hint, BinaryPrimitives.ReadUInt32BigEndian(hint));

    /// <summary>Adds a device, or takes what has changed of it.</summary>
    /// <param name="peer">Which.</param>
    /// <param name="hint">The first 4 bytes of the hash of its peer id.</param>
    /// <param name="roots">Its roots, each with the id of its resumption.</param>
    internal void Put(PeerId peer, uint hint, IEnumerable<(FrameRoot Root, byte[] Rid)> roots)
    {
        List<(Kind Kind, uint Value)> keys = [(Kind.Hint, hint)];
        foreach ((FrameRoot root, byte[] rid) in roots)
        {
            Add((Kind.Sid, (uint)root.Sid));
            Add((Kind.Rid, BinaryPrimitives.ReadUInt32BigEndian(rid)));
            if (root.Request.Length >= RequestBytes)
            {
                Add((Kind.Request, RequestKey(root.Request)));
            }
        }

        if (_keys.TryGetValue(peer, out List<(Kind Kind, uint Value)>? old) && old.Count == keys.Count && old.TrueForAll(keys.Contains))
        {
            return;
        }

        Remove(peer);
        _keys[peer] = keys;
        foreach ((Kind Kind, uint Value) key in keys)
        {
            if (!_peers.TryGetValue(key, out List<PeerId>? peers))
            {
                _peers[key] = peers = [];
            }

            peers.Add(peer);
        }

        void Add((Kind Kind, uint Value) key)
        {
            if (!keys.Contains(key))
            {
                keys.Add(key);
            }
        }
    }

    internal void Remove(PeerId peer)
    {
        if (!_keys.Remove(peer, out List<(Kind Kind, uint Value)>? keys))
        {
            return;
        }

        foreach ((Kind Kind, uint Value) key in keys)
        {
            List<PeerId> peers = _peers[key];
            peers.Remove(peer);
            if (peers.Count == 0)
            {
                _peers.Remove(key);
            }
        }
    }

    // of the MAC of R1, of the keys of KK1 and XX3
    private static uint RequestKey(ReadOnlySpan<byte> request) => BinaryPrimitives.ReadUInt32BigEndian(request[9..]);

    // a copy: devices change while they are gone through
    private PeerId[] Find(Kind kind, uint value) => _peers.TryGetValue((kind, value), out List<PeerId>? peers) ? [.. peers] : [];
}
