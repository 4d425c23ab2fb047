using System;
using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Noise;

/// <summary>What the libp2p noise spec adds to Noise: the payload that proves an identity, and the multiplexer in it.</summary>
public class NoiseHandshakeTests
{
    private const string Yamux = "/yamux/1.0.0";

    private readonly CountingCrypto crypto = new();
    private readonly Identity peer;
    private readonly KeyPair peerStatic = new();
    private readonly PeerBindings known = new(2);

    public NoiseHandshakeTests()
    {
        var random = new SeededRandom(7);
        peer = Identity.Create(new ManagedCrypto(), random);
        peerStatic.Generate(new ManagedCrypto(), random);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_honest_peer_is_known_by_its_id(bool initiator)
    {
        HandshakePair pair = Pair(initiator);

        Assert.Equal(0, pair.Run(Payload.Honest(peer, peerStatic, Yamux)));

        Assert.Equal(peer.PeerId.ToBytes(), pair.RemoteId);
        Assert.True(pair.Tested.MuxerAgreed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_we_say_of_ourselves_is_what_the_spec_says(bool offersMuxer)
    {
        Identity own = Identity.Create(crypto, new SeededRandom(9));
        var shown = new NoiseIdentity(own, crypto, new SeededRandom(10), offersMuxer);
        var settings = new NoiseSettings(shown, offersMuxer, known, null);
        var pair = new HandshakePair(settings, crypto, true, peerStatic);

        Assert.Equal(0, pair.Run(Payload.Honest(peer, peerStatic)));

        Assert.Equal(offersMuxer ? Payload.Honest(own, shown.StaticKey, Yamux) : Payload.Honest(own, shown.StaticKey), pair.Said);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_signature_with_any_bit_wrong_is_refused(bool initiator)
    {
        byte[] right = Payload.Sign(peer, peerStatic.PublicKey);
        for (int at = 0; at < right.Length; at += 7)
        {
            byte[] wrong = (byte[])right.Clone();
            wrong[at] ^= (byte)(1 << (at & 7));
            HandshakePair pair = Pair(initiator);

            Assert.Equal(NoiseResult.SignatureInvalid, pair.Run(new Payload().Key(peer.PublicKeyProtobuf).Signature(wrong).ToArray()));
            Assert.Empty(pair.RemoteId);
        }
    }

    [Fact]
    public void A_signature_of_another_static_key_is_refused()
    {
        var other = new KeyPair();
        other.Generate(crypto, new SeededRandom(11));

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(Payload.Honest(peer, other)));
    }

    [Fact]
    public void A_signature_of_another_identity_is_refused()
    {
        Identity other = Identity.Create(crypto, new SeededRandom(12));
        byte[] payload = new Payload().Key(peer.PublicKeyProtobuf).Signature(Payload.Sign(other, peerStatic.PublicKey)).ToArray();

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(payload));
    }

    [Fact]
    public void A_signature_without_the_prefix_of_libp2p_is_refused()
    {
        byte[] signature = new byte[64];
        peer.Sign(crypto, peerStatic.PublicKey, 0, 32, signature, 0);

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(new Payload().Key(peer.PublicKeyProtobuf).Signature(signature).ToArray()));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(1)]
    public void A_signature_of_another_length_is_refused(int length)
    {
        byte[] signature = Payload.Sign(peer, peerStatic.PublicKey);
        Array.Resize(ref signature, length);

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(new Payload().Key(peer.PublicKeyProtobuf).Signature(signature).ToArray()));
    }

    [Theory]
    [InlineData(KeyType.Rsa, 294)]
    [InlineData(KeyType.Ecdsa, 91)]
    [InlineData(KeyType.Secp256k1, 33)]
    public void An_identity_of_another_kind_is_recognised_and_refused(KeyType type, int bytes)
    {
        byte[] key = Payload.PublicKey(type, new byte[bytes]);

        Assert.Equal(NoiseResult.IdentityUnsupported, Pair().Run(new Payload().Key(key).Signature(new byte[70]).ToArray()));
        Assert.Equal(0, crypto.Verifications);
    }

    [Theory]
    [InlineData(KeyType.Rsa, 294)]
    [InlineData(KeyType.Ecdsa, 91)]
    [InlineData(KeyType.Secp256k1, 33)]
    public void A_verifier_that_is_plugged_in_decides_about_other_kinds(KeyType type, int bytes)
    {
        byte[] data = Enumerable.Range(0, bytes).Select(i => (byte)i).ToArray();
        byte[] key = Payload.PublicKey(type, data);
        byte[] signature = [9, 8, 7, 6];
        byte[] payload = new Payload().Key(key).Signature(signature).ToArray();
        var verifier = new RecordingVerifier(0);
        HandshakePair pair = Pair(verifier: verifier);

        Assert.Equal(0, pair.Run(payload));

        Assert.Equal(type, verifier.Type);
        Assert.Equal(data, verifier.Key);
        Assert.Equal(signature, verifier.Signature);
        Assert.Equal("noise-libp2p-static-key:"u8.ToArray().Concat(peerStatic.PublicKey), verifier.Message);
        PeerId expected = PeerId.FromPublicKey(key, 0, key.Length, crypto);
        Assert.Equal(expected.ToBytes(), pair.RemoteId);

        var other = new KeyPair();
        other.Generate(crypto, new SeededRandom(13));
        var refusing = new RecordingVerifier(IdentityResult.Invalid);
        Assert.Equal(NoiseResult.SignatureInvalid, new HandshakePair(Settings(true, refusing), crypto, true, other).Run(payload));
    }

    [Fact]
    public void A_payload_cut_at_any_byte_is_refused()
    {
        byte[] whole = Payload.Honest(peer, peerStatic);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(NoiseResult.PayloadMalformed, Pair(length % 2 == 0).Run(whole[..length]));
        }
    }

    [Fact]
    public void A_payload_with_extensions_cut_at_any_byte_is_never_more_than_one_without_them()
    {
        byte[] bare = Payload.Honest(peer, peerStatic);
        byte[] whole = Payload.Honest(peer, peerStatic, Yamux);
        for (int length = bare.Length; length < whole.Length; length++)
        {
            HandshakePair pair = Pair();

            Assert.Equal(length == bare.Length ? 0 : NoiseResult.PayloadMalformed, pair.Run(whole[..length]));
            Assert.False(pair.Tested.MuxerAgreed);
        }
    }

    [Fact]
    public void A_payload_with_any_byte_changed_is_refused_or_proves_the_same_peer()
    {
        byte[] whole = Payload.Honest(peer, peerStatic, Yamux);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = (byte[])whole.Clone();
            changed[at] ^= 0x41;
            HandshakePair pair = new(Settings(true, null, new PeerBindings(0)), crypto, true, peerStatic);

            int result = pair.Run(changed);

            Assert.True(result <= 0);
            if (result == 0)
            {
                // only what is not signed can change: the offer of a multiplexer
                Assert.True(at >= Payload.Honest(peer, peerStatic).Length);
                Assert.Equal(peer.PeerId.ToBytes(), pair.RemoteId);
            }
        }
    }

    [Fact]
    public void Key_and_signature_must_both_be_there()
    {
        byte[] signature = Payload.Sign(peer, peerStatic.PublicKey);

        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run([]));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Key(peer.PublicKeyProtobuf).ToArray()));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Signature(signature).ToArray()));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Key([]).Signature(signature).ToArray()));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Key(peer.PublicKeyProtobuf).Signature([]).ToArray()));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Extensions(Yamux).ToArray()));
    }

    [Fact]
    public void Unknown_fields_and_extensions_are_passed_over()
    {
        byte[] extensions = new Payload()
            .Field(1, new byte[32])
            .Field(2, "/mplex/6.7.0"u8.ToArray())
            .Field(4, [1, 2, 3])
            .Field(2, "/yamux/1.0.0"u8.ToArray())
            .Varint(7, 300)
            .Field(99, new byte[40])
            .ToArray();
        byte[] payload = new Payload()
            .Varint(3, 5)
            .Field(12, new byte[100])
            .Signature(Payload.Sign(peer, peerStatic.PublicKey))
            .Raw(0x6D, 1, 2, 3, 4)
            .Field(4, extensions)
            .Key(peer.PublicKeyProtobuf)
            .Field(1000, [])
            .ToArray();
        HandshakePair pair = Pair();

        Assert.Equal(0, pair.Run(payload));
        Assert.True(pair.Tested.MuxerAgreed);
    }

    [Fact]
    public void A_peer_that_offers_multiplexers_without_yamux_is_refused()
    {
        Assert.Equal(NoiseResult.MuxerMismatch, Pair(true).Run(Payload.Honest(peer, peerStatic, "/mplex/6.7.0")));
        Assert.Equal(NoiseResult.MuxerMismatch, Pair(false).Run(Payload.Honest(peer, peerStatic, "/mplex/6.7.0", "/yamux/1.0.00")));
        Assert.Equal(NoiseResult.MuxerMismatch, Pair(true).Run(Payload.Honest(peer, peerStatic, "/yamux/1.0")));
    }

    [Fact]
    public void A_peer_that_offers_no_multiplexer_is_asked_later()
    {
        HandshakePair silent = Pair();
        Assert.Equal(0, silent.Run(Payload.Honest(peer, peerStatic)));
        Assert.False(silent.Tested.MuxerAgreed);

        HandshakePair empty = Pair();
        Assert.Equal(0, empty.Run(new Payload().Key(peer.PublicKeyProtobuf)
            .Signature(Payload.Sign(peer, peerStatic.PublicKey)).Extensions().ToArray()));
        Assert.False(empty.Tested.MuxerAgreed);
    }

    [Fact]
    public void A_node_that_offers_no_multiplexer_cares_for_none_that_is_offered()
    {
        foreach (string muxer in new[] { Yamux, "/mplex/6.7.0" })
        {
            var pair = new HandshakePair(Settings(false, null), crypto, true, peerStatic);

            Assert.Equal(0, pair.Run(Payload.Honest(peer, peerStatic, muxer)));
            Assert.False(pair.Tested.MuxerAgreed);
        }
    }

    [Fact]
    public void A_peer_that_proves_another_id_than_the_dialled_is_refused_and_named()
    {
        Identity dialled = Identity.Create(crypto, new SeededRandom(14));
        var pair = new HandshakePair(Settings(true, null), crypto, true, peerStatic, dialled.PeerId);

        Assert.Equal(NoiseResult.PeerIdMismatch, pair.Run(Payload.Honest(peer, peerStatic, Yamux)));
        Assert.Equal(peer.PeerId.ToBytes(), pair.RemoteId);
    }

    [Fact]
    public void A_known_peer_costs_no_second_verification()
    {
        for (uint turn = 0; turn < 5; turn++)
        {
            Assert.Equal(0, Pair(turn % 2 == 0, seed: turn).Run(Payload.Honest(peer, peerStatic, Yamux)));
            Assert.Equal(1, crypto.Verifications);
        }
    }

    [Fact]
    public void A_known_peer_with_another_static_key_is_verified_again()
    {
        Assert.Equal(0, Pair().Run(Payload.Honest(peer, peerStatic)));
        var other = new KeyPair();
        other.Generate(crypto, new SeededRandom(15));

        var thief = new HandshakePair(Settings(true, null), crypto, true, other);
        Assert.Equal(NoiseResult.SignatureInvalid, thief.Run(Payload.Honest(peer, peerStatic)));
        Assert.Equal(2, crypto.Verifications);

        var moved = new HandshakePair(Settings(true, null), crypto, true, other);
        Assert.Equal(0, moved.Run(Payload.Honest(peer, other)));
        Assert.Equal(3, crypto.Verifications);
    }

    [Fact]
    public void A_known_static_key_with_another_identity_is_verified_again()
    {
        Assert.Equal(0, Pair().Run(Payload.Honest(peer, peerStatic)));
        Identity other = Identity.Create(crypto, new SeededRandom(16));
        byte[] payload = new Payload().Key(other.PublicKeyProtobuf).Signature(Payload.Sign(peer, peerStatic.PublicKey)).ToArray();

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(payload));
        Assert.Equal(2, crypto.Verifications);
    }

    [Fact]
    public void A_refused_peer_is_not_remembered()
    {
        byte[] forged = new Payload().Key(peer.PublicKeyProtobuf).Signature(new byte[64]).ToArray();

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(forged));
        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(forged));
        Assert.Equal(2, crypto.Verifications);
    }

    [Fact]
    public void Of_more_peers_than_there_is_room_for_the_oldest_is_forgotten()
    {
        KeyPair[] keys = new KeyPair[3];
        for (uint i = 0; i < 3; i++)
        {
            keys[i] = new KeyPair();
            keys[i].Generate(crypto, new SeededRandom(20 + i));
            Assert.Equal(0, new HandshakePair(Settings(true, null), crypto, true, keys[i]).Run(Payload.Honest(peer, keys[i])));
        }
        Assert.Equal(3, crypto.Verifications);

        new HandshakePair(Settings(true, null), crypto, true, keys[2]).Run(Payload.Honest(peer, keys[2]));
        new HandshakePair(Settings(true, null), crypto, true, keys[1]).Run(Payload.Honest(peer, keys[1]));
        Assert.Equal(3, crypto.Verifications);
        new HandshakePair(Settings(true, null), crypto, true, keys[0]).Run(Payload.Honest(peer, keys[0]));
        Assert.Equal(4, crypto.Verifications);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_handshake_message_cut_or_changed_at_any_byte_is_refused(bool initiator)
    {
        byte[] payload = Payload.Honest(peer, peerStatic, Yamux);
        int length = 1;
        for (int at = 0; at < length; at++)
        {
            foreach (bool cut in new[] { true, false })
            {
                HandshakePair pair = Pair(initiator);
                if (initiator)
                {
                    pair.TestedWrites();
                }
                else
                {
                    pair.PeerWrites([]);
                    pair.TestedWrites();
                }
                byte[] message = pair.PeerMessage(payload);
                length = message.Length;
                message[at] ^= 0x10;

                int result = pair.Tested.ReadMessage(message, 0, cut ? at : length);

                Assert.True(result is NoiseResult.TagInvalid or NoiseResult.TooShort, $"byte {at} gave {result}");
                Assert.Empty(pair.RemoteId);
            }
        }
        Assert.Equal(0, crypto.Verifications);
    }

    [Fact]
    public void A_peer_whose_ephemeral_key_is_of_small_order_is_refused()
    {
        HandshakePair pair = Pair(false);

        Assert.Equal(0, pair.Tested.ReadMessage(new byte[32], 0, 32));
        var ephemeral = new KeyPair();
        ephemeral.Generate(crypto, new SeededRandom(17));
        pair.Tested.State.UseEphemeral(ephemeral);
        Assert.Equal(NoiseResult.KeyInvalid, pair.Tested.WriteMessage(new byte[1024], 0));
    }

    private NoiseSettings Settings(bool offersMuxer, IIdentityVerifier? verifier, PeerBindings? bindings = null)
    {
        var own = new NoiseIdentity(Identity.Create(crypto, new SeededRandom(8)), crypto, new SeededRandom(18), offersMuxer);
        return new NoiseSettings(own, offersMuxer, bindings ?? known, verifier);
    }

    private HandshakePair Pair(bool initiator = true, IIdentityVerifier? verifier = null, uint seed = 1) =>
        new(Settings(true, verifier), crypto, initiator, peerStatic, seed: seed);

    private sealed class RecordingVerifier(int answer) : IIdentityVerifier
    {
        public KeyType Type { get; private set; }

        public byte[]? Key { get; private set; }

        public byte[]? Message { get; private set; }

        public byte[]? Signature { get; private set; }

        public int Verify(KeyType type, byte[] key, int keyOffset, int keyCount, byte[] message, int offset, int count,
            byte[] signature, int signatureOffset, int signatureCount)
        {
            Type = type;
            Key = key[keyOffset..(keyOffset + keyCount)];
            Message = message[offset..(offset + count)];
            Signature = signature[signatureOffset..(signatureOffset + signatureCount)];
            return answer;
        }
    }
}
