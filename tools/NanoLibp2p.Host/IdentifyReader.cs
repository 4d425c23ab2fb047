using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// Puts together what peers of one shard say of themselves, from the pieces that the core hands over. What is kept of a message is
/// bounded here; how long the message may be, and how many are read at a time, in the core.
/// </summary>
internal sealed class IdentifyReader(Shard shard, CryptoProvider crypto) : IdentifyEvents
{
    private const int MaxText = 256;

    private readonly Dictionary<Libp2pStream, Draft> _drafts = [];

    /// <inheritdoc/>
    public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last)
    {
        Libp2pStream stream = shard.Node.Identify.ReadingStream;
        if (!_drafts.TryGetValue(stream, out Draft? draft))
        {
            draft = new Draft();
            _drafts.Add(stream, draft);
        }

        draft.Append(buffer, offset, count);
        if (last)
        {
            draft.Keep(field);
            draft.Clear();
        }
    }

    /// <inheritdoc/>
    public override void OnEnd(Connection connection, bool complete)
    {
        Libp2pStream stream = shard.Node.Identify.ReadingStream;
        _drafts.Remove(stream, out Draft? draft);
        ShardConnection? one = shard.Find(connection);
        if (one?.Info == null)
        {
            return;
        }

        PeerIdentification? said = complete && draft != null
            ? draft.Make(one.Info, !stream.IsOutbound, crypto, RecordOf(one, draft.Record)) : null;
        said = said == null ? null : shard.Owner.OnIdentified(said);
        if (stream.IsOutbound)
        {
            one.EndIdentify(said);
        }
    }

    // A signature costs as much as hundreds of messages: one that is known is not checked again, and of new ones only so many.
    private PeerRecord? RecordOf(ShardConnection from, byte[]? bytes)
    {
        if (bytes == null)
        {
            return null;
        }

        PeerRecord? known = shard.Owner.PeerStore.FindRecord(from.Peer!);
        if (known != null && known.Envelope.Bytes.Span.SequenceEqual(bytes))
        {
            return known;
        }

        if (!from.MayCheckRecord(shard.Node.NowMs))
        {
            return null;
        }

        PeerRecord? record = PeerRecord.Open(bytes, crypto, shard.Node.Options.Verifier, out _);
        return record != null && record.Peer.Equals(from.Peer) ? record : null;
    }

    private sealed class Draft
    {
        private readonly List<string> _protocols = [];
        private readonly List<Multiaddr> _addresses = [];
        private byte[] _field = [];
        private int _count;
        private string? _agent;
        private string? _family;
        private Multiaddr? _observed;
        private byte[]? _key;

        internal byte[]? Record { get; private set; }

        // no longer than its message: the core ends a stream whose message is longer than 8 KiB
        internal void Append(byte[] buffer, int offset, int count)
        {
            if (_count + count > _field.Length)
            {
                Array.Resize(ref _field, Math.Max(_count + count, 2 * _field.Length));
            }

            Array.Copy(buffer, offset, _field, _count, count);
            _count += count;
        }

        internal void Clear() => _count = 0;

        internal void Keep(int field)
        {
            switch (field)
            {
                case IdentifyField.PublicKey:
                    _key = _field[.._count];
                    break;
                case IdentifyField.ListenAddress when _addresses.Count < PeerIdentification.MaxAddresses:
                    if (Address() is { } address)
                    {
                        _addresses.Add(address);
                    }

                    break;
                case IdentifyField.Protocol when _protocols.Count < PeerIdentification.MaxProtocols:
                    if (_count is > 0 and <= MaxText && Ascii.IsValid(_field.AsSpan(0, _count)))
                    {
                        _protocols.Add(PeerStore.Shared(Encoding.ASCII.GetString(_field, 0, _count)));
                    }

                    break;
                case IdentifyField.ObservedAddress:
                    _observed = Address()?.WithoutPeerId();
                    break;
                case IdentifyField.ProtocolVersion:
                    _family = Text();
                    break;
                case IdentifyField.AgentVersion:
                    _agent = Text();
                    break;
                case IdentifyField.SignedPeerRecord:
                    Record = _field[.._count];
                    break;
            }
        }

        internal PeerIdentification Make(PeerConnection connection, bool isPush, CryptoProvider crypto, PeerRecord? record)
        {
            List<Multiaddr> listen = [];
            HashSet<Multiaddr> seen = [];
            foreach (Multiaddr address in _addresses)
            {
                PeerId? named = address.PeerId;
                Multiaddr? bare = named == null ? address : named.Equals(connection.Peer) ? address.WithoutPeerId() : null;
                if (bare != null && seen.Add(bare))
                {
                    listen.Add(bare);
                }
            }

            bool isItsKey = _key != null && PeerId.FromPublicKey(_key, 0, _key.Length, crypto).Equals(connection.Peer);
            return new PeerIdentification(connection, isPush, PeerStore.Shared(_protocols), listen, _agent ?? "", _family ?? "", _observed,
                isItsKey ? _key : null, record);
        }

        private Multiaddr? Address() => Multiaddr.Validate(_field, 0, _count) == 0 ? Multiaddr.FromBytes(_field, 0, _count) : null;

        private string Text()
        {
            string text = Encoding.UTF8.GetString(_field, 0, _count);
            return text.Length <= MaxText ? text : text[..MaxText];
        }
    }
}
