using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.PubSub;

/// <summary>Writes what the router says beside messages: the shared codec's fields, several to an RPC.</summary>
internal static class GossipWriter
{
    /// <summary>Bytes of a control RPC at most, well below the 1 MiB that go takes: what is more goes in another.</summary>
    private const int MaxRpcBytes = 512 * 1024;

    /// <summary>Writes all of what waits for a peer, and clears it.</summary>
    internal static void Flush(GossipPeer peer, PendingControl pending, Action<GossipPeer, GossipFrame> send)
    {
        bool keyIds = peer.HasKeyIds == true;
        List<(int Field, byte[] Body)> parts = pending.Parts;
        if (pending.Extensions)
        {
            parts.Add((RpcWriter.Extensions, []));
        }

        foreach (TopicState topic in pending.Graft)
        {
            parts.Add((RpcWriter.Graft, Field(RpcWriter.ControlTopic, topic.Bytes)));
        }

        foreach ((TopicState topic, int backoff, List<PeerExchange>? peers) in pending.Prune)
        {
            parts.Add((RpcWriter.Prune, Prune(peer, topic.Bytes, backoff, peers)));
        }

        foreach ((string topic, List<byte[]> ids) in pending.Have)
        {
            parts.Add((RpcWriter.Have, Ids(RpcWriter.HaveIds, ids, keyIds, Encoding.Latin1.GetBytes(topic))));
        }

        if (pending.Want.Count > 0)
        {
            parts.Add((RpcWriter.Want, Ids(RpcWriter.WantIds, pending.Want, false, null)));
        }

        int subscription = 0;
        int part = 0;
        while (subscription < pending.Subscriptions.Count || part < parts.Count)
        {
            int subscriptions = 0;
            int first = subscription;
            while (subscription < pending.Subscriptions.Count && subscriptions < MaxRpcBytes)
            {
                subscriptions += ProtobufWriter.SizeOfBytes(RpcWriter.Subscriptions, SubscriptionBytes(pending, subscription++));
            }

            int control = 0;
            int firstPart = part;
            while (part < parts.Count && subscriptions + control < MaxRpcBytes)
            {
                control += ProtobufWriter.SizeOfBytes(parts[part].Field, parts[part].Body.Length);
                part++;
            }

            int size = subscriptions + (control == 0 ? 0 : ProtobufWriter.SizeOfBytes(RpcWriter.Control, control));
            GossipFrame frame = GossipFrame.Rent(Varint.Size((uint)size) + size, isMessage: false);
            byte[] bytes = frame.Bytes;
            int at = Varint.Write((uint)size, bytes, 0);
            for (int i = first; i < subscription; i++)
            {
                (TopicState topic, bool subscribe) = pending.Subscriptions[i];
                at = ProtobufWriter.WriteLength(RpcWriter.Subscriptions, SubscriptionBytes(pending, i), bytes, at);
                at = ProtobufWriter.WriteVarint(RpcWriter.Subscribe, subscribe ? 1u : 0u, bytes, at);
                at = ProtobufWriter.WriteBytes(RpcWriter.SubscribeTopic, topic.Bytes, 0, topic.Bytes.Length, bytes, at);
            }

            if (control > 0)
            {
                at = ProtobufWriter.WriteLength(RpcWriter.Control, control, bytes, at);
                for (int i = firstPart; i < part; i++)
                {
                    at = ProtobufWriter.WriteBytes(parts[i].Field, parts[i].Body, 0, parts[i].Body.Length, bytes, at);
                }
            }

            frame.Count = at;
            send(peer, frame);
            frame.Release();
        }

        pending.Clear();
    }

    /// <summary>An IDONTWANT of one message, for all peers of one kind.</summary>
    /// <param name="id">Its id in the form of go and rust.</param>
    /// <param name="forms">Whether to say it so, as js does, or both.</param>
    internal static GossipFrame DontWant(byte[] id, DontWantForms forms)
    {
        byte[] keyId = KeyId(id);
        bool isOne = keyId == id;
        int body = 0;
        if (forms != DontWantForms.Key || isOne)
        {
            body += ProtobufWriter.SizeOfBytes(RpcWriter.DontWantIds, id.Length);
        }

        if (forms != DontWantForms.PeerId && !isOne)
        {
            body += ProtobufWriter.SizeOfBytes(RpcWriter.DontWantIds, keyId.Length);
        }

        int control = ProtobufWriter.SizeOfBytes(RpcWriter.DontWant, body);
        int size = ProtobufWriter.SizeOfBytes(RpcWriter.Control, control);
        GossipFrame frame = GossipFrame.Rent(Varint.Size((uint)size) + size, isMessage: false);
        byte[] bytes = frame.Bytes;
        int at = RpcWriter.WriteControl(control, bytes, 0);
        at = ProtobufWriter.WriteLength(RpcWriter.DontWant, body, bytes, at);
        if (forms != DontWantForms.Key || isOne)
        {
            at = ProtobufWriter.WriteBytes(RpcWriter.DontWantIds, id, 0, id.Length, bytes, at);
        }

        if (forms != DontWantForms.PeerId && !isOne)
        {
            at = ProtobufWriter.WriteBytes(RpcWriter.DontWantIds, keyId, 0, keyId.Length, bytes, at);
        }

        frame.Count = at;
        return frame;
    }

    /// <summary>An id in js-libp2p's form: the author's key instead of his peer id; the id itself where he has no key in it.</summary>
    internal static byte[] KeyId(byte[] id)
    {
        bool isPeerId = id.Length > Multihash.HeaderBytes + sizeof(ulong) && id[0] == Multihash.Identity
            && id[1] == id.Length - Multihash.HeaderBytes - sizeof(ulong);
        return isPeerId ? id[Multihash.HeaderBytes..] : id;
    }

    private static int SubscriptionBytes(PendingControl pending, int index)
        => 2 + ProtobufWriter.SizeOfBytes(RpcWriter.SubscribeTopic, pending.Subscriptions[index].Topic.Bytes.Length);

    private static byte[] Field(int field, byte[] value)
    {
        byte[] body = new byte[ProtobufWriter.SizeOfBytes(field, value.Length)];
        ProtobufWriter.WriteBytes(field, value, 0, value.Length, body, 0);
        return body;
    }

    private static byte[] Ids(int field, List<byte[]> ids, bool keyIds, byte[]? topic)
    {
        int size = topic == null ? 0 : ProtobufWriter.SizeOfBytes(RpcWriter.ControlTopic, topic.Length);
        foreach (byte[] id in ids)
        {
            size += ProtobufWriter.SizeOfBytes(field, keyIds ? KeyId(id).Length : id.Length);
        }

        byte[] body = new byte[size];
        int at = topic == null ? 0 : ProtobufWriter.WriteBytes(RpcWriter.ControlTopic, topic, 0, topic.Length, body, 0);
        foreach (byte[] id in ids)
        {
            byte[] form = keyIds ? KeyId(id) : id;
            at = ProtobufWriter.WriteBytes(field, form, 0, form.Length, body, at);
        }

        return body;
    }

    private static byte[] Prune(GossipPeer peer, byte[] topic, int backoff, List<PeerExchange>? peers)
    {
        bool isBare = peer.Version < GossipVersion.V11;
        int size = ProtobufWriter.SizeOfBytes(RpcWriter.ControlTopic, topic.Length);
        int count = isBare || peers == null ? 0 : peers.Count;
        byte[][] infos = count == 0 ? [] : new byte[count][];
        for (int i = 0; i < count; i++)
        {
            PeerExchange one = peers![i];
            int info = ProtobufWriter.SizeOfBytes(RpcWriter.PeerId, one.Id.Length)
                + (one.Record == null ? 0 : ProtobufWriter.SizeOfBytes(RpcWriter.PeerRecord, one.Record.Length));
            byte[] bytes = new byte[info];
            int end = ProtobufWriter.WriteBytes(RpcWriter.PeerId, one.Id, 0, one.Id.Length, bytes, 0);
            if (one.Record != null)
            {
                ProtobufWriter.WriteBytes(RpcWriter.PeerRecord, one.Record, 0, one.Record.Length, bytes, end);
            }

            infos[i] = bytes;
            size += ProtobufWriter.SizeOfBytes(RpcWriter.PrunePeers, info);
        }

        size += isBare ? 0 : ProtobufWriter.SizeOfVarint(RpcWriter.PruneBackoff, (uint)backoff);
        byte[] body = new byte[size];
        int at = ProtobufWriter.WriteBytes(RpcWriter.ControlTopic, topic, 0, topic.Length, body, 0);
        foreach (byte[] info in infos)
        {
            at = ProtobufWriter.WriteBytes(RpcWriter.PrunePeers, info, 0, info.Length, body, at);
        }

        if (!isBare)
        {
            ProtobufWriter.WriteVarint(RpcWriter.PruneBackoff, (uint)backoff, body, at);
        }

        return body;
    }
}

/// <summary>In which form an IDONTWANT names a message whose id holds its author's peer id.</summary>
internal enum DontWantForms
{
    /// <summary>With the peer id, as go and rust.</summary>
    PeerId,

    /// <summary>With the bare key, as js.</summary>
    Key,

    /// <summary>Both, for a peer whose form is not known yet.</summary>
    Both,
}
