using System;
using System.Linq;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Tests.Records;

/// <summary>Peer records (libp2p RFC 0003, with the domain and the payload type of go and js).</summary>
public class PeerRecordTests
{
    private static readonly CryptoProvider _crypto = new ManagedCrypto();
    private static readonly Identity _identity = new(_crypto, new byte[32], 0);
    private static readonly Identity _other = new(_crypto, Enumerable.Repeat((byte)7, 32).ToArray(), 0);
    private static readonly Multiaddr _address = Multiaddr.Parse("/ip4/192.0.2.7/tcp/4001");

    [Fact]
    public void A_record_that_js_sealed_opens()
    {
        PeerRecord? record = Open(Convert.FromHexString(JsRecords.Ed25519), out RecordError error);

        Assert.Equal(RecordError.None, error);
        Assert.Equal("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq", record!.Peer.ToString());
        Assert.Equal(1764130000000UL, record.Sequence);
        // the third is of a protocol that is unknown here, and does the others no harm
        Assert.Equal(["/ip4/192.0.2.7/tcp/4001", "/ip6/2001:db8::7/tcp/4001"], record.Addresses.Select(one => one.ToString()));
    }

    [Fact]
    public void We_seal_the_very_bytes_that_js_seals()
    {
        byte[] key = Convert.FromHexString("7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d");
        byte[] js = Convert.FromHexString(JsRecords.Ed25519);
        PeerRecord opened = Open(js, out _)!;
        Identity identity = new(_crypto, key, 0);

        // all of it, since Ed25519 signs alike everywhere; the payload of js has an address that we can't write
        SignedEnvelope again = SignedEnvelope.Seal(identity, _crypto, PeerRecord.Domain, PeerRecord.PayloadType,
            opened.Envelope.Payload.Span);
        PeerRecord ours = PeerRecord.Seal(identity, _crypto, opened.Sequence, opened.Addresses);

        Assert.Equal(js, again.Bytes.ToArray());
        Assert.Equal(opened.Envelope.Payload[..ours.Envelope.Payload.Length].ToArray(), ours.Envelope.Payload.ToArray());
        Assert.Equal(opened.Addresses, Open(ours.Envelope.Bytes.ToArray(), out _)!.Addresses);
    }

    [Fact]
    public void The_bytes_that_came_are_kept_to_be_passed_on()
    {
        // with a field that nobody knows, which another writer would have lost
        byte[] bytes = [.. Convert.FromHexString(JsRecords.Ed25519), 0x78, 0x01];

        Assert.Equal(bytes, Open(bytes, out _)!.Envelope.Bytes.ToArray());
    }

    [Fact]
    public void A_record_of_another_peer_than_the_one_who_signed_it_is_refused()
    {
        SignedEnvelope forged = SignedEnvelope.Seal(_identity, _crypto, PeerRecord.Domain, PeerRecord.PayloadType,
            new ProtobufMessage().Bytes(1, _other.PeerId.ToBytes()).Varint(2, 1).ToArray());

        Assert.Null(Open(forged.Bytes.ToArray(), out RecordError error));
        Assert.Equal(RecordError.OtherPeer, error);
    }

    [Fact]
    public void The_signature_is_checked_before_the_payload_is_looked_at()
    {
        byte[] garbage = [0xFF, 0xFF];
        byte[] forged = SignedEnvelope.Seal(_identity, _crypto, PeerRecord.Domain, PeerRecord.PayloadType, garbage).Bytes.ToArray();
        Assert.Null(Open(forged, out RecordError error));
        Assert.Equal(RecordError.PayloadMalformed, error);

        forged[^1] ^= 1;
        Assert.Null(Open(forged, out error));
        Assert.Equal(RecordError.SignatureInvalid, error);
    }

    [Fact]
    public void Another_kind_of_payload_for_the_same_domain_is_refused()
    {
        SignedEnvelope other = SignedEnvelope.Seal(_identity, _crypto, PeerRecord.Domain, [0x03, 0x02],
            PeerRecord.Seal(_identity, _crypto, 1, [_address]).Envelope.Payload.Span);

        Assert.Null(Open(other.Bytes.ToArray(), out RecordError error));
        Assert.Equal(RecordError.OtherPayloadType, error);
    }

    [Theory]
    [InlineData(5, 4, true)]
    [InlineData(5, 5, false)]
    [InlineData(5, 6, false)]
    [InlineData(ulong.MaxValue, 6, true)]
    public void Only_a_larger_sequence_is_newer(ulong sequence, ulong known, bool isNewer)
    {
        PeerRecord record = PeerRecord.Seal(_identity, _crypto, sequence, [_address]);

        Assert.Equal(isNewer, record.IsNewerThan(PeerRecord.Seal(_identity, _crypto, known, [_address])));
        Assert.True(record.IsNewerThan(null));
    }

    [Fact]
    public void Of_a_record_with_many_addresses_as_many_are_kept_as_there_is_room_for()
    {
        ProtobufMessage payload = new ProtobufMessage().Bytes(1, _identity.PeerId.ToBytes());
        for (int i = 0; i < 500; i++)
        {
            payload.Message(3, new ProtobufMessage().Bytes(1, _address.WithPort(1 + i).ToBytes()));
        }

        SignedEnvelope many = SignedEnvelope.Seal(_identity, _crypto, PeerRecord.Domain, PeerRecord.PayloadType, payload.ToArray());

        PeerRecord record = Open(many.Bytes.ToArray(), out _)!;
        Assert.Equal(PeerRecord.MaxAddresses, record.Addresses.Count);
        Assert.Equal(_address.WithPort(1), record.Addresses[0]);
    }

    private static PeerRecord? Open(byte[] bytes, out RecordError error) => PeerRecord.Open(bytes, _crypto, null, out error);
}
