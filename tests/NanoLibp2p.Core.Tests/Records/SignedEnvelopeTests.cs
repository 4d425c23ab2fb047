using System;
using System.Collections.Generic;
using System.Text;
using CsCheck;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Core.Tests.Multiformats;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Records;

/// <summary>Signed envelopes (libp2p RFC 0002): who signed what, for which purpose.</summary>
public class SignedEnvelopeTests
{
    private const string Domain = "libp2p-testing";

    private static readonly CryptoProvider _crypto = new ManagedCrypto();
    private static readonly Identity _identity = new(_crypto, new byte[32], 0);
    private static readonly byte[] _type = [0x03, 0x09];
    private static readonly byte[] _payload = Encoding.ASCII.GetBytes("a reading");

    [Fact]
    public void What_is_sealed_opens_and_names_its_signer()
    {
        SignedEnvelope sealedOne = SignedEnvelope.Seal(_identity, _crypto, Domain, _type, _payload);

        SignedEnvelope? opened = Open(sealedOne.Bytes.ToArray(), Domain, out RecordError error);

        Assert.Equal(RecordError.None, error);
        Assert.Equal(_identity.PeerId, opened!.Signer);
        Assert.Equal(_type, opened.PayloadType.ToArray());
        Assert.Equal(_payload, opened.Payload.ToArray());
        Assert.Equal(sealedOne.Bytes.ToArray(), opened.Bytes.ToArray());
    }

    [Fact]
    public void A_payload_of_no_bytes_may_be_signed()
    {
        SignedEnvelope sealedOne = SignedEnvelope.Seal(_identity, _crypto, Domain, _type, []);

        Assert.Equal(0, Open(sealedOne.Bytes.ToArray(), Domain, out _)!.Payload.Length);
    }

    [Fact]
    public void Another_domain_makes_the_signature_worthless()
    {
        byte[] bytes = SignedEnvelope.Seal(_identity, _crypto, Domain, _type, _payload).Bytes.ToArray();

        Assert.Null(Open(bytes, "libp2p-relay-rsvp", out RecordError error));
        Assert.Equal(RecordError.SignatureInvalid, error);
    }

    [Fact]
    public void Bytes_that_move_between_payload_type_and_payload_make_the_signature_worthless()
    {
        byte[] bytes = SignedEnvelope.Seal(_identity, _crypto, Domain, _type, _payload).Bytes.ToArray();
        byte[] moved = Envelope(_identity.PublicKeyProtobuf, [.. _type, _payload[0]], _payload[1..], bytes[^64..]);

        Assert.Null(Open(moved, Domain, out RecordError error));
        Assert.Equal(RecordError.SignatureInvalid, error);
    }

    [Fact]
    public void Any_changed_bit_is_refused_or_changes_nothing_that_was_signed()
    {
        byte[] bytes = SignedEnvelope.Seal(_identity, _crypto, Domain, _type, _payload).Bytes.ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 1;

            Assert.Null(Open(changed, Domain, out RecordError error));
            Assert.NotEqual(RecordError.None, error);
        }
    }

    [Theory]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    public void Without_key_payload_type_or_signature_it_is_malformed(bool hasKey, bool hasType, bool hasSignature)
    {
        byte[] bytes = Envelope(hasKey ? _identity.PublicKeyProtobuf : [], hasType ? _type : [], _payload, new byte[hasSignature ? 64 : 0]);

        Assert.Null(Open(bytes, Domain, out RecordError error));
        Assert.Equal(RecordError.Malformed, error);
    }

    [Fact]
    public void A_key_of_no_known_kind_and_one_that_nobody_verifies_are_told_apart()
    {
        Assert.Null(Open(Envelope([0x08, 0x07, 0x12, 0x01, 0xAA], _type, _payload, new byte[64]), Domain, out RecordError error));
        Assert.Equal(RecordError.KeyMalformed, error);

        byte[] rsa = Convert.FromHexString(SpecKeys.Rsa);
        Assert.Null(Open(Envelope(rsa, _type, _payload, new byte[64]), Domain, out error));
        Assert.Equal(RecordError.KeyUnsupported, error);
    }

    [Fact]
    public void A_key_in_another_form_than_the_specs_names_the_same_peer()
    {
        // a padded varint, and the fields in the other order: as go, js and rust read it
        byte[] other = [0x12, 0xA0, 0x00, .. _identity.PublicKey, 0x08, 0x01];
        byte[] bytes = SignedEnvelope.Seal(_identity, _crypto, Domain, _type, _payload).Bytes.ToArray();

        SignedEnvelope? opened = Open(Envelope(other, _type, _payload, bytes[^64..]), Domain, out _);

        Assert.Equal(_identity.PeerId, opened!.Signer);
    }

    [Fact]
    public void More_bytes_than_are_read_are_refused_before_anything_is_verified()
    {
        CountingCrypto counting = new();
        byte[] bytes = new byte[SignedEnvelope.MaxBytes + 1];

        Assert.Null(SignedEnvelope.Open(bytes, Domain, counting, null, out RecordError error));
        Assert.Equal(RecordError.TooLong, error);
        Assert.Equal(0, counting.Verifications);
    }

    [Fact]
    public void One_cannot_seal_what_nobody_would_open()
    {
        Assert.Throws<ArgumentException>(() => SignedEnvelope.Seal(_identity, _crypto, "", _type, _payload));
        Assert.Throws<ArgumentException>(() => SignedEnvelope.Seal(_identity, _crypto, new string('a', 257), _type, _payload));
        Assert.Throws<ArgumentException>(() => SignedEnvelope.Seal(_identity, _crypto, "domäne", _type, _payload));
        Assert.Throws<ArgumentException>(() => SignedEnvelope.Seal(_identity, _crypto, Domain, [], _payload));
        Assert.Throws<ArgumentException>(() => SignedEnvelope.Seal(_identity, _crypto, Domain, _type, new byte[SignedEnvelope.MaxBytes]));
    }

    [Fact]
    public void Whatever_a_peer_sends_is_refused_without_an_exception()
    {
        byte[] sound = SignedEnvelope.Seal(_identity, _crypto, Domain, _type, _payload).Bytes.ToArray();
        Gen.Select(Gen.Int[0, sound.Length], Gen.Byte.Array[0, 12]).Sample((at, rest) =>
        {
            byte[] bytes = [.. sound[..at], .. rest];
            SignedEnvelope? opened = SignedEnvelope.Open(bytes, Domain, new CheapCrypto(), null, out RecordError error);
            return (opened == null) == (error != RecordError.None);
        });
    }

    internal static byte[] Envelope(byte[] key, byte[] type, byte[] payload, byte[] signature)
    {
        ProtobufMessage message = new();
        foreach ((int field, byte[] bytes) in new List<(int, byte[])> { (1, key), (2, type), (3, payload), (5, signature) })
        {
            if (bytes.Length > 0)
            {
                message.Bytes(field, bytes);
            }
        }

        return message.ToArray();
    }

    private static SignedEnvelope? Open(byte[] bytes, string domain, out RecordError error)
        => SignedEnvelope.Open(bytes, domain, _crypto, null, out error);
}
