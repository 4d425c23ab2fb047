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

    private readonly CountingCrypto _crypto = new();
    private readonly Identity _peer;
    private readonly KeyPair _peerStatic = new();
    private readonly PeerBindings _known = new(2);

    public NoiseHandshakeTests()
    {
        SeededRandom random = new(7);
        _peer = Identity.Create(new ManagedCrypto(), random);
        _peerStatic.Generate(new ManagedCrypto(), random);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_honest_peer_is_known_by_its_id(bool initiator)
    {
        HandshakePair pair = Pair(initiator);

        Assert.Equal(0, pair.Run(Payload.Honest(_peer, _peerStatic, Yamux)));

        Assert.Equal(_peer.PeerId.ToBytes(), pair.RemoteId);
        Assert.True(pair.Tested.MuxerAgreed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_we_say_of_ourselves_is_what_the_spec_says(bool offersMuxer)
    {
        Identity own = Identity.Create(_crypto, new SeededRandom(9));
        NoiseIdentity shown = new(own, _crypto, new SeededRandom(10), offersMuxer);
        NoiseSettings settings = new(shown, offersMuxer, _known, null);
        HandshakePair pair = new(settings, _crypto, true, _peerStatic);

        Assert.Equal(0, pair.Run(Payload.Honest(_peer, _peerStatic)));

        Assert.Equal(offersMuxer ? Payload.Honest(own, shown.StaticKey, Yamux) : Payload.Honest(own, shown.StaticKey), pair.Said);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_signature_with_any_bit_wrong_is_refused(bool initiator)
    {
        byte[] right = Payload.Sign(_peer, _peerStatic.PublicKey);
        for (int at = 0; at < right.Length; at += 7)
        {
            byte[] wrong = (byte[])right.Clone();
            wrong[at] ^= (byte)(1 << (at & 7));
            HandshakePair pair = Pair(initiator);

            Assert.Equal(NoiseResult.SignatureInvalid, pair.Run(new Payload().Key(_peer.PublicKeyProtobuf).Signature(wrong).ToArray()));
            Assert.Empty(pair.RemoteId);
        }
    }

    [Fact]
    public void A_signature_of_another_static_key_is_refused()
    {
        KeyPair other = new();
        other.Generate(_crypto, new SeededRandom(11));

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(Payload.Honest(_peer, other)));
    }

    [Fact]
    public void A_signature_of_another_identity_is_refused()
    {
        Identity other = Identity.Create(_crypto, new SeededRandom(12));
        byte[] payload = new Payload().Key(_peer.PublicKeyProtobuf).Signature(Payload.Sign(other, _peerStatic.PublicKey)).ToArray();

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(payload));
    }

    [Fact]
    public void A_signature_without_the_prefix_of_libp2p_is_refused()
    {
        byte[] signature = new byte[64];
        _peer.Sign(_crypto, _peerStatic.PublicKey, 0, 32, signature, 0);

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(new Payload().Key(_peer.PublicKeyProtobuf).Signature(signature).ToArray()));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(1)]
    public void A_signature_of_another_length_is_refused(int length)
    {
        byte[] signature = Payload.Sign(_peer, _peerStatic.PublicKey);
        Array.Resize(ref signature, length);

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(new Payload().Key(_peer.PublicKeyProtobuf).Signature(signature).ToArray()));
    }

    [Theory]
    [InlineData(KeyType.Rsa, 294)]
    [InlineData(KeyType.Ecdsa, 91)]
    [InlineData(KeyType.Secp256k1, 33)]
    public void An_identity_of_another_kind_is_recognised_and_refused(KeyType type, int bytes)
    {
        byte[] key = Payload.PublicKey(type, new byte[bytes]);

        Assert.Equal(NoiseResult.IdentityUnsupported, Pair().Run(new Payload().Key(key).Signature(new byte[70]).ToArray()));
        Assert.Equal(0, _crypto.Verifications);
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
        RecordingVerifier verifier = new(0);
        HandshakePair pair = Pair(verifier: verifier);

        Assert.Equal(0, pair.Run(payload));

        Assert.Equal(type, verifier.Type);
        Assert.Equal(data, verifier.Key);
        Assert.Equal(signature, verifier.Signature);
        Assert.Equal("noise-libp2p-static-key:"u8.ToArray().Concat(_peerStatic.PublicKey), verifier.Message);
        PeerId expected = PeerId.FromPublicKey(key, 0, key.Length, _crypto);
        Assert.Equal(expected.ToBytes(), pair.RemoteId);

        KeyPair other = new();
        other.Generate(_crypto, new SeededRandom(13));
        RecordingVerifier refusing = new(IdentityResult.Invalid);
        Assert.Equal(NoiseResult.SignatureInvalid, new HandshakePair(Settings(true, refusing), _crypto, true, other).Run(payload));
    }

    [Fact]
    public void A_payload_cut_at_any_byte_is_refused()
    {
        byte[] whole = Payload.Honest(_peer, _peerStatic);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(NoiseResult.PayloadMalformed, Pair(length % 2 == 0).Run(whole[..length]));
        }
    }

    [Fact]
    public void A_payload_with_extensions_cut_at_any_byte_is_never_more_than_one_without_them()
    {
        byte[] bare = Payload.Honest(_peer, _peerStatic);
        byte[] whole = Payload.Honest(_peer, _peerStatic, Yamux);
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
        byte[] whole = Payload.Honest(_peer, _peerStatic, Yamux);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = (byte[])whole.Clone();
            changed[at] ^= 0x41;
            HandshakePair pair = new(Settings(true, null, new PeerBindings(0)), _crypto, true, _peerStatic);

            int result = pair.Run(changed);

            Assert.True(result <= 0);
            if (result == 0)
            {
                // only what is not signed can change: the offer of a multiplexer
                Assert.True(at >= Payload.Honest(_peer, _peerStatic).Length);
                Assert.Equal(_peer.PeerId.ToBytes(), pair.RemoteId);
            }
        }
    }

    [Fact]
    public void Key_and_signature_must_both_be_there()
    {
        byte[] signature = Payload.Sign(_peer, _peerStatic.PublicKey);

        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run([]));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Key(_peer.PublicKeyProtobuf).ToArray()));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Signature(signature).ToArray()));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Key([]).Signature(signature).ToArray()));
        Assert.Equal(NoiseResult.PayloadMalformed, Pair().Run(new Payload().Key(_peer.PublicKeyProtobuf).Signature([]).ToArray()));
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
            .Signature(Payload.Sign(_peer, _peerStatic.PublicKey))
            .Raw(0x6D, 1, 2, 3, 4)
            .Field(4, extensions)
            .Key(_peer.PublicKeyProtobuf)
            .Field(1000, [])
            .ToArray();
        HandshakePair pair = Pair();

        Assert.Equal(0, pair.Run(payload));
        Assert.True(pair.Tested.MuxerAgreed);
    }

    [Fact]
    public void A_peer_that_offers_multiplexers_without_yamux_is_refused()
    {
        Assert.Equal(NoiseResult.MuxerMismatch, Pair(true).Run(Payload.Honest(_peer, _peerStatic, "/mplex/6.7.0")));
        Assert.Equal(NoiseResult.MuxerMismatch, Pair(false).Run(Payload.Honest(_peer, _peerStatic, "/mplex/6.7.0", "/yamux/1.0.00")));
        Assert.Equal(NoiseResult.MuxerMismatch, Pair(true).Run(Payload.Honest(_peer, _peerStatic, "/yamux/1.0")));
    }

    [Fact]
    public void A_peer_that_offers_no_multiplexer_is_asked_later()
    {
        HandshakePair silent = Pair();
        Assert.Equal(0, silent.Run(Payload.Honest(_peer, _peerStatic)));
        Assert.False(silent.Tested.MuxerAgreed);

        HandshakePair empty = Pair();
        Assert.Equal(0, empty.Run(new Payload().Key(_peer.PublicKeyProtobuf)
            .Signature(Payload.Sign(_peer, _peerStatic.PublicKey)).Extensions().ToArray()));
        Assert.False(empty.Tested.MuxerAgreed);
    }

    [Fact]
    public void A_node_that_offers_no_multiplexer_cares_for_none_that_is_offered()
    {
        foreach (string muxer in new[] { Yamux, "/mplex/6.7.0" })
        {
            HandshakePair pair = new(Settings(false, null), _crypto, true, _peerStatic);

            Assert.Equal(0, pair.Run(Payload.Honest(_peer, _peerStatic, muxer)));
            Assert.False(pair.Tested.MuxerAgreed);
        }
    }

    [Fact]
    public void A_peer_that_proves_another_id_than_the_dialled_is_refused_and_named()
    {
        Identity dialled = Identity.Create(_crypto, new SeededRandom(14));
        HandshakePair pair = new(Settings(true, null), _crypto, true, _peerStatic, dialled.PeerId);

        Assert.Equal(NoiseResult.PeerIdMismatch, pair.Run(Payload.Honest(_peer, _peerStatic, Yamux)));
        Assert.Equal(_peer.PeerId.ToBytes(), pair.RemoteId);
    }

    [Fact]
    public void A_known_peer_costs_no_second_verification()
    {
        for (uint turn = 0; turn < 5; turn++)
        {
            Assert.Equal(0, Pair(turn % 2 == 0, seed: turn).Run(Payload.Honest(_peer, _peerStatic, Yamux)));
            Assert.Equal(1, _crypto.Verifications);
        }
    }

    [Fact]
    public void A_known_peer_with_another_static_key_is_verified_again()
    {
        Assert.Equal(0, Pair().Run(Payload.Honest(_peer, _peerStatic)));
        KeyPair other = new();
        other.Generate(_crypto, new SeededRandom(15));

        HandshakePair thief = new(Settings(true, null), _crypto, true, other);
        Assert.Equal(NoiseResult.SignatureInvalid, thief.Run(Payload.Honest(_peer, _peerStatic)));
        Assert.Equal(2, _crypto.Verifications);

        HandshakePair moved = new(Settings(true, null), _crypto, true, other);
        Assert.Equal(0, moved.Run(Payload.Honest(_peer, other)));
        Assert.Equal(3, _crypto.Verifications);
    }

    [Fact]
    public void A_known_static_key_with_another_identity_is_verified_again()
    {
        Assert.Equal(0, Pair().Run(Payload.Honest(_peer, _peerStatic)));
        Identity other = Identity.Create(_crypto, new SeededRandom(16));
        byte[] payload = new Payload().Key(other.PublicKeyProtobuf).Signature(Payload.Sign(_peer, _peerStatic.PublicKey)).ToArray();

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(payload));
        Assert.Equal(2, _crypto.Verifications);
    }

    [Fact]
    public void A_refused_peer_is_not_remembered()
    {
        byte[] forged = new Payload().Key(_peer.PublicKeyProtobuf).Signature(new byte[64]).ToArray();

        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(forged));
        Assert.Equal(NoiseResult.SignatureInvalid, Pair().Run(forged));
        Assert.Equal(2, _crypto.Verifications);
    }

    [Fact]
    public void Of_more_peers_than_there_is_room_for_the_oldest_is_forgotten()
    {
        KeyPair[] keys = new KeyPair[3];
        for (uint i = 0; i < 3; i++)
        {
            keys[i] = new KeyPair();
            keys[i].Generate(_crypto, new SeededRandom(20 + i));
            Assert.Equal(0, new HandshakePair(Settings(true, null), _crypto, true, keys[i]).Run(Payload.Honest(_peer, keys[i])));
        }
        Assert.Equal(3, _crypto.Verifications);

        new HandshakePair(Settings(true, null), _crypto, true, keys[2]).Run(Payload.Honest(_peer, keys[2]));
        new HandshakePair(Settings(true, null), _crypto, true, keys[1]).Run(Payload.Honest(_peer, keys[1]));
        Assert.Equal(3, _crypto.Verifications);
        new HandshakePair(Settings(true, null), _crypto, true, keys[0]).Run(Payload.Honest(_peer, keys[0]));
        Assert.Equal(4, _crypto.Verifications);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_handshake_message_cut_or_changed_at_any_byte_is_refused(bool initiator)
    {
        byte[] payload = Payload.Honest(_peer, _peerStatic, Yamux);
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
        Assert.Equal(0, _crypto.Verifications);
    }

    [Fact]
    public void A_peer_whose_ephemeral_key_is_of_small_order_is_refused()
    {
        HandshakePair pair = Pair(false);

        Assert.Equal(0, pair.Tested.ReadMessage(new byte[32], 0, 32));
        KeyPair ephemeral = new();
        ephemeral.Generate(_crypto, new SeededRandom(17));
        pair.Tested.State.UseEphemeral(ephemeral);
        Assert.Equal(NoiseResult.KeyInvalid, pair.Tested.WriteMessage(new byte[1024], 0));
    }

    private NoiseSettings Settings(bool offersMuxer, IIdentityVerifier? verifier, PeerBindings? bindings = null)
    {
        NoiseIdentity own = new(Identity.Create(_crypto, new SeededRandom(8)), _crypto, new SeededRandom(18), offersMuxer);
        return new NoiseSettings(own, offersMuxer, bindings ?? _known, verifier);
    }

    private HandshakePair Pair(bool initiator = true, IIdentityVerifier? verifier = null, uint seed = 1) =>
        new(Settings(true, verifier), _crypto, initiator, _peerStatic, seed: seed);

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
