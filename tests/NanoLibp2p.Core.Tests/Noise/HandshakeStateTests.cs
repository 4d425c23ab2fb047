using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Noise;

/// <summary>A handshake that its caller or a stranger uses wrongly says so, and goes on as if it had not happened.</summary>
public class HandshakeStateTests
{
    private static readonly ManagedCrypto _crypto = new();

    private readonly byte[] _buffer = new byte[512];
    private readonly KeyPair _ourStatic = NewKeys(1);
    private readonly KeyPair _peerStatic = NewKeys(2);

    [Fact]
    public void Nothing_works_before_a_handshake_is_started()
    {
        HandshakeState state = new(_crypto);

        Assert.False(state.IsMyTurn);
        Assert.False(state.IsComplete);
        Assert.False(state.NeedsEphemeral);
        RefusesAll(state);
    }

    [Fact]
    public void A_message_out_of_turn_is_refused_and_costs_nothing()
    {
        (HandshakeState ours, HandshakeState peer) = Started("XX");

        Assert.Throws<InvalidOperationException>(() => peer.WriteMessage(_buffer, 0, 0));
        Assert.Throws<InvalidOperationException>(() => ours.ReadMessage(_buffer, 0, 32, out _));
        Assert.Throws<InvalidOperationException>(() => ours.Split(new CipherState(_crypto), new CipherState(_crypto)));

        Exchange(ours, peer);
        Finish(ours, peer);
    }

    [Fact]
    public void A_message_without_ephemeral_keys_is_refused_until_they_are_given()
    {
        (HandshakeState ours, HandshakeState peer) = Started("XX", giveEphemeral: false);
        Assert.True(ours.NeedsEphemeral);

        Assert.Contains("UseEphemeral", Assert.Throws<InvalidOperationException>(() => ours.WriteMessage(_buffer, 0, 0)).Message,
            StringComparison.Ordinal);

        ours.UseEphemeral(NewKeys(3));
        Exchange(ours, peer);
        peer.UseEphemeral(NewKeys(4));
        Exchange(peer, ours);
        Exchange(ours, peer);
        Finish(ours, peer);
    }

    [Fact]
    public void Ephemeral_keys_that_were_sent_are_not_replaced()
    {
        (HandshakeState ours, HandshakeState peer) = Started("XX");
        Exchange(ours, peer);

        Assert.Throws<InvalidOperationException>(() => ours.UseEphemeral(NewKeys(9)));

        Exchange(peer, ours);
        Exchange(ours, peer);
        Finish(ours, peer);
    }

    [Fact]
    public void A_complete_handshake_takes_no_more_messages_and_is_split_once()
    {
        (HandshakeState ours, HandshakeState peer) = Started("NN");
        Exchange(ours, peer);
        Exchange(peer, ours);
        Assert.True(ours.IsComplete);
        Assert.Throws<InvalidOperationException>(() => ours.WriteMessage(_buffer, 0, 0));
        Assert.Throws<InvalidOperationException>(() => ours.ReadMessage(_buffer, 0, 64, out _));
        Assert.Throws<InvalidOperationException>(() => ours.HeaderBytes);

        Finish(ours, peer);

        // of a wiped state anybody could know the keys
        RefusesAll(ours);
        Assert.False(ours.IsComplete);
    }

    [Fact]
    public void A_cleared_handshake_is_started_anew_before_it_is_used()
    {
        (HandshakeState ours, _) = Started("XX");
        ours.Clear();
        RefusesAll(ours);
    }

    [Theory]
    [MemberData(nameof(NoiseVectorTests.PatternNames), MemberType = typeof(NoiseVectorTests))]
    public void A_forged_message_leaves_the_handshake_as_it_was(string pattern)
    {
        (HandshakeState ours, HandshakeState peer) = Started(pattern);
        Random random = new(7);
        while (!ours.IsComplete)
        {
            HandshakeState from = ours.IsMyTurn ? ours : peer;
            HandshakeState to = ours.IsMyTurn ? peer : ours;
            int header = from.HeaderBytes;
            byte[] message = Write(from, [1, 2, 3]);

            // in clear everything opens; nobody could know
            bool isSealed = message.Length > header + 3;
            for (int i = 0; isSealed && i < 9; i++)
            {
                byte[] forged = (byte[])message.Clone();
                byte[] before = Hash(to);
                int index = to.MessageIndex;
                switch (i % 3)
                {
                    case 0: random.NextBytes(forged); break;
                    case 1: forged[^1] ^= 1; break;
                    default: forged = forged[..random.Next(forged.Length)]; break;
                }

                Assert.True(to.ReadMessage(forged, 0, forged.Length, out _) < 0);
                Assert.Equal(before, Hash(to));
                Assert.Equal(index, to.MessageIndex);
            }

            int count = to.ReadMessage(message, 0, message.Length, out int offset);
            Assert.Equal(new byte[] { 1, 2, 3 }, message[offset..(offset + count)]);
        }

        Finish(ours, peer);
    }

    [Fact]
    public void A_low_order_point_leaves_the_handshake_as_it_was()
    {
        (HandshakeState ours, HandshakeState peer) = Started("XX");
        Exchange(ours, peer);
        byte[] before = Hash(ours);

        Assert.Equal(NoiseResult.KeyInvalid, ours.ReadMessage(new byte[96], 0, 96, out _));

        Assert.Equal(before, Hash(ours));
        Exchange(peer, ours);
        Exchange(ours, peer);
        Finish(ours, peer);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 481)]
    [InlineData(400, 100)]
    [InlineData(int.MaxValue, 1)]
    [InlineData(1, int.MaxValue)]
    public void A_message_that_does_not_fit_in_the_buffer_is_refused_before_anything_changes(int offset, int count)
    {
        (HandshakeState ours, HandshakeState peer) = Started("XX");
        Assert.Throws<ArgumentException>(() => ours.WriteMessage(_buffer, offset, count));
        Exchange(ours, peer);
        byte[] before = Hash(ours);
        Assert.Throws<ArgumentException>(() => ours.ReadMessage(_buffer, offset, count < 0 ? count : count + 32, out _));
        Assert.Throws<ArgumentException>(() => ours.ReadMessage(null!, 0, 0, out _));
        Assert.Equal(before, Hash(ours));

        Exchange(peer, ours);
        Exchange(ours, peer);
        Finish(ours, peer);
    }

    [Fact]
    public void The_static_key_of_an_earlier_peer_is_not_taken_for_this_one()
    {
        (HandshakeState ours, _) = Started("KK");

        Assert.Contains("Start",
            Assert.Throws<ArgumentException>(() => ours.Start(Patterns.Make("KK"), true, [], _ourStatic, null)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ours.Start(Patterns.Make("KK"), true, [], null!, _peerStatic.PublicKey));
        RefusesAll(ours);
    }

    [Fact]
    public void A_pattern_that_sends_our_static_key_says_that_it_is_missing()
    {
        HandshakeState ours = new(_crypto);
        ours.Start(Patterns.Make("IX"), true, [], null!, null!);
        ours.UseEphemeral(NewKeys(3));

        Assert.Contains("static", Assert.Throws<InvalidOperationException>(() => ours.WriteMessage(_buffer, 0, 0)).Message,
            StringComparison.Ordinal);
    }

    private void RefusesAll(HandshakeState state)
    {
        Assert.Throws<InvalidOperationException>(() => state.WriteMessage(_buffer, 0, 0));
        Assert.Throws<InvalidOperationException>(() => state.ReadMessage(_buffer, 0, 64, out _));
        Assert.Throws<InvalidOperationException>(() => state.UseEphemeral(_ourStatic));
        Assert.Throws<InvalidOperationException>(() => state.Split(new CipherState(_crypto), new CipherState(_crypto)));
        Assert.Throws<InvalidOperationException>(() => state.HeaderBytes);
    }

    private (HandshakeState Ours, HandshakeState Peer) Started(string name, bool giveEphemeral = true)
    {
        NoisePattern pattern = Patterns.Make(name);
        HandshakeState ours = new(new ManagedCrypto());
        HandshakeState peer = new(new ManagedCrypto());
        ours.Start(pattern, true, [], _ourStatic, _peerStatic.PublicKey);
        peer.Start(pattern, false, [], _peerStatic, _ourStatic.PublicKey);
        if (giveEphemeral)
        {
            ours.UseEphemeral(NewKeys(3));
            peer.UseEphemeral(NewKeys(4));
        }
        return (ours, peer);
    }

    private static void Exchange(HandshakeState from, HandshakeState to)
    {
        byte[] message = Write(from, []);
        Assert.Equal(0, to.ReadMessage(message, 0, message.Length, out _));
    }

    private static void Finish(HandshakeState ours, HandshakeState peer)
    {
        while (!ours.IsComplete)
        {
            Exchange(ours.IsMyTurn ? ours : peer, ours.IsMyTurn ? peer : ours);
        }
        CipherState sending = new(_crypto);
        CipherState receiving = new(_crypto);
        ours.Split(sending, new CipherState(_crypto));
        peer.Split(new CipherState(_crypto), receiving);
        byte[] record = new byte[20];
        Assert.Equal(20, sending.Encrypt([], 0, 0, record, 0, 4));
        Assert.Equal(4, receiving.Decrypt([], 0, 0, record, 0, 20));
    }

    private static byte[] Write(HandshakeState state, byte[] payload)
    {
        byte[] message = new byte[state.HeaderBytes + payload.Length + CryptoProvider.TagBytes];
        payload.CopyTo(message, state.HeaderBytes);
        int count = state.WriteMessage(message, 0, payload.Length);
        return message[..count];
    }

    private static byte[] Hash(HandshakeState state)
    {
        byte[] hash = new byte[32];
        state.CopyHash(hash, 0);
        return hash;
    }

    private static KeyPair NewKeys(uint seed)
    {
        KeyPair keys = new();
        keys.Generate(_crypto, new SeededRandom(seed));
        return keys;
    }
}
