using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using NanoLibp2p.Crypto;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Noise;

/// <summary>
/// The vectors of two other implementations of Noise, cacophony (Haskell) and snow (Rust): every message of both sides, the
/// handshake hash, and the transport messages after it.
/// </summary>
public class NoiseVectorTests
{
    private const string Cacophony = "noise/cacophony_25519_ChaChaPoly_SHA256.json";
    private const string Snow = "noise/snow_25519_ChaChaPoly_SHA256.json";

    public static IEnumerable<TheoryDataRow<string>> PatternNames => Patterns.Names.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(PatternNames))]
    public void Both_sides_make_cacophonys_messages(string pattern) => Run(Cacophony, pattern, hashGiven: true);

    [Theory]
    [MemberData(nameof(PatternNames))]
    public void Both_sides_make_snows_messages(string pattern) => Run(Snow, pattern, hashGiven: false);

    [Theory]
    [InlineData(Cacophony)]
    [InlineData(Snow)]
    public void Only_vectors_with_a_preshared_key_are_left_out_because_libp2p_has_none(string file)
    {
        using JsonDocument json = SharedVectors.Read(file);
        IEnumerable<string> names = json.RootElement.GetProperty("vectors").EnumerateArray().Select(vector => PatternOf(vector));

        Assert.All(names.Except(Patterns.Names), name => Assert.Contains("psk", name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_pattern_of_libp2p_is_XX()
    {
        NoisePattern expected = Patterns.Make("XX");
        NoisePattern actual = NoisePattern.XX();

        Assert.Equal(expected.ProtocolName, actual.ProtocolName);
        Assert.Equal(expected.Messages, actual.Messages);
        Assert.Empty(actual.InitiatorKnown);
        Assert.Empty(actual.ResponderKnown);
    }

    private static void Run(string file, string name, bool hashGiven)
    {
        using JsonDocument json = SharedVectors.Read(file);
        JsonElement vector = json.RootElement.GetProperty("vectors").EnumerateArray().Single(candidate => PatternOf(candidate) == name);
        NoisePattern pattern = Patterns.Make(name);
        HandshakeState initiator = Start(vector, pattern, "init", true);
        HandshakeState responder = Start(vector, pattern, "resp", false);
        (CipherState Sending, CipherState Receiving) initiatorCiphers =
            (Sending: new CipherState(new ManagedCrypto()), Receiving: new CipherState(new ManagedCrypto()));
        (CipherState Sending, CipherState Receiving) responderCiphers =
            (Sending: new CipherState(new ManagedCrypto()), Receiving: new CipherState(new ManagedCrypto()));
        bool split = false;
        int index = 0;

        foreach (JsonElement message in vector.GetProperty("messages").EnumerateArray())
        {
            bool fromInitiator = index++ % 2 == 0 || Patterns.IsOneWay(name);
            byte[] payload = Hex(message, "payload")!;
            byte[] expected = Hex(message, "ciphertext")!;
            if (!split)
            {
                HandshakeState from = fromInitiator ? initiator : responder;
                HandshakeState to = fromInitiator ? responder : initiator;
                Assert.True(from.IsMyTurn);
                Assert.False(to.IsMyTurn);

                byte[] written = Write(from, payload);
                Assert.Equal(expected, written);
                Assert.Equal(payload, Read(to, written));

                if (initiator.IsComplete)
                {
                    Assert.True(responder.IsComplete);
                    Assert.Equal(Hash(initiator), Hash(responder));
                    if (hashGiven)
                    {
                        Assert.Equal(Hex(vector, "handshake_hash"), Hash(initiator));
                    }
                    initiator.Split(initiatorCiphers.Sending, initiatorCiphers.Receiving);
                    responder.Split(responderCiphers.Sending, responderCiphers.Receiving);
                    split = true;
                }
                continue;
            }

            byte[] record = new byte[payload.Length + CryptoProvider.TagBytes];
            payload.CopyTo(record, 0);
            CipherState sending = fromInitiator ? initiatorCiphers.Sending : responderCiphers.Sending;
            CipherState receiving = fromInitiator ? responderCiphers.Receiving : initiatorCiphers.Receiving;
            Assert.Equal(record.Length, sending.Encrypt([], 0, 0, record, 0, payload.Length));
            Assert.Equal(expected, record);
            Assert.Equal(payload.Length, receiving.Decrypt([], 0, 0, record, 0, record.Length));
            Assert.Equal(payload, record[..payload.Length]);
        }

        Assert.True(split, "the vector ends before its handshake");
        Assert.True(index > pattern.Messages.Length, "the vector has no transport message");
    }

    private static HandshakeState Start(JsonElement vector, NoisePattern pattern, string side, bool initiator)
    {
        ManagedCrypto crypto = new();
        HandshakeState state = new(crypto);
        byte[]? remote = Hex(vector, side + "_remote_static");
        state.Start(pattern, initiator, Hex(vector, side + "_prologue")!, Keys(crypto, Hex(vector, side + "_static")), remote);
        KeyPair? ephemeral = Keys(crypto, Hex(vector, side + "_ephemeral"));
        if (ephemeral != null)
        {
            state.UseEphemeral(ephemeral);
        }
        return state;
    }

    private static byte[] Write(HandshakeState state, byte[] payload)
    {
        int header = state.HeaderBytes;
        byte[] buffer = new byte[3 + header + payload.Length + CryptoProvider.TagBytes];
        payload.CopyTo(buffer, 3 + header);
        int written = state.WriteMessage(buffer, 3, payload.Length);
        return buffer[3..(3 + written)];
    }

    private static byte[] Read(HandshakeState state, byte[] message)
    {
        byte[] buffer = new byte[5 + message.Length];
        message.CopyTo(buffer, 5);
        int count = state.ReadMessage(buffer, 5, message.Length, out int offset);
        Assert.True(count >= 0, $"refused with {count}");
        return buffer[offset..(offset + count)];
    }

    private static byte[] Hash(HandshakeState state)
    {
        byte[] hash = new byte[32];
        state.CopyHash(hash, 0);
        return hash;
    }

    private static KeyPair? Keys(CryptoProvider crypto, byte[]? privateKey)
    {
        if (privateKey == null)
        {
            return null;
        }
        KeyPair pair = new();
        privateKey.CopyTo(pair.PrivateKey, 0);
        crypto.X25519Base(pair.PrivateKey, 0, pair.PublicKey, 0);
        return pair;
    }

    private static byte[]? Hex(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? Convert.FromHexString(value.GetString()!) : null;

    private static string PatternOf(JsonElement vector) => vector.GetProperty("protocol_name").GetString()!.Split('_')[1];
}
