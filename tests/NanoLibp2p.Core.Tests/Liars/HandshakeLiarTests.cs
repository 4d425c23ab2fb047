using System.Linq;
using System.Text;
using NanoLibp2p.Core.Tests.Noise;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Liars;

/// <summary>Peers that lie before they are connected.</summary>
public class HandshakeLiarTests
{
    private readonly LiarScenario _scenario = new();

    [Fact]
    public void A_peer_that_is_not_the_one_dialled_is_turned_away_and_named()
    {
        PeerId wanted = Identity.Create(new ManagedCrypto(), new SeededRandom(99)).PeerId;
        _scenario.LiarIsDialed(Multiaddr.Parse("/ip4/127.0.0.1/tcp/1").WithPeerId(wanted));
        Connection connection = _scenario.Node.Node.Connections.Single(candidate => candidate.State != ConnectionState.Free
            && candidate != _scenario.FriendsConnection);
        Assert.Equal(wanted, connection.RemotePeer);

        // our side breaks off before the liar's handshake is over
        Assert.Throws<System.IO.EndOfStreamException>(() => _scenario.Liar.Handshake());

        _scenario.Expect(CloseReason.PeerIdMismatch);
        Assert.Equal(_scenario.Liar.Identity.PeerId, connection.RemotePeer);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_bad_signature_ends_the_handshake_and_proves_no_id(bool liarDials)
    {
        Identity victim = _scenario.Friend.Node.Identity;
        byte[] payload = new Payload().Key(victim.PublicKeyProtobuf).Signature(new byte[64]).Extensions("/yamux/1.0.0").ToArray();

        TryHandshake(liarDials, payload);

        _scenario.Expect(CloseReason.IdentityInvalid);
        Assert.All(_scenario.Node.Node.Connections.Where(connection => connection != _scenario.FriendsConnection),
            connection => Assert.NotEqual(victim.PeerId, connection.RemotePeer));
    }

    [Theory]
    [InlineData(KeyType.Rsa, 294)]
    [InlineData(KeyType.Ecdsa, 91)]
    [InlineData(KeyType.Secp256k1, 33)]
    public void An_identity_that_a_device_cannot_verify_is_refused_for_just_that(KeyType type, int bytes)
    {
        TryHandshake(true, new Payload().Key(Payload.PublicKey(type, new byte[bytes])).Signature(new byte[70]).ToArray());

        _scenario.Expect(CloseReason.IdentityUnsupported);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_malformed_payload_ends_the_handshake(bool liarDials)
    {
        TryHandshake(liarDials, [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]);

        _scenario.Expect(CloseReason.IdentityMalformed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_handshake_message_with_a_bit_wrong_ends_the_handshake(bool liarDials)
    {
        TryHandshake(liarDials, null, message => message[^1] ^= 1);

        _scenario.Expect(CloseReason.HandshakeInvalid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_handshake_message_that_is_cut_short_ends_the_handshake(bool liarDials)
    {
        RawPeer liar = liarDials ? _scenario.LiarDials() : _scenario.LiarIsDialed();
        liar.AgreeOnNoise();
        liar.WriteRecord(new byte[31]);

        _scenario.Expect(CloseReason.HandshakeInvalid);
    }

    [Fact]
    public void An_ephemeral_key_of_small_order_ends_the_handshake()
    {
        RawPeer liar = _scenario.LiarDials();
        liar.AgreeOnNoise();
        liar.WriteRecord(new byte[32]);

        _scenario.Expect(CloseReason.HandshakeInvalid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_handshake_message_longer_than_a_record_ends_the_handshake(bool liarDials)
    {
        RawPeer liar = liarDials ? _scenario.LiarDials() : _scenario.LiarIsDialed();
        liar.AgreeOnNoise();
        liar.Write(0xFF, 0xFF);

        _scenario.Expect(CloseReason.RecordTooLong, 65535);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_speaks_something_else_is_no_libp2p_peer(bool liarDials)
    {
        RawPeer liar = liarDials ? _scenario.LiarDials() : _scenario.LiarIsDialed();
        liar.Write(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));

        _scenario.Expect(CloseReason.NegotiationMalformed);
    }

    [Fact]
    public void A_listener_without_noise_is_left()
    {
        RawPeer liar = _scenario.LiarIsDialed();
        liar.Say("/multistream/1.0.0");
        liar.Say("na");

        _scenario.Expect(CloseReason.SecurityRefused);
    }

    [Fact]
    public void A_dialer_that_proposes_everything_but_noise_is_left()
    {
        RawPeer liar = _scenario.LiarDials();
        liar.Say("/multistream/1.0.0");
        for (int i = 0; i < 9; i++)
        {
            liar.Say("/tls/1.0." + i);
        }

        _scenario.Expect(CloseReason.SecurityRefused);
    }

    [Fact]
    public void A_dialer_that_proposes_noise_second_is_welcome()
    {
        RawPeer liar = _scenario.LiarDials();
        liar.Say("/multistream/1.0.0");
        liar.Say("/tls/1.0.0");
        Assert.Equal("/multistream/1.0.0", liar.Hear());
        Assert.Equal("na", liar.Hear());
        liar.Say("/noise");
        Assert.Equal("/noise", liar.Hear());
        _scenario.ExpectToGoOn();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_offers_only_other_multiplexers_is_left(bool liarDials)
    {
        TryHandshake(liarDials, Payload.Honest(_scenario.Liar.Identity, _scenario.Liar.StaticKey, "/mplex/6.7.0"));

        _scenario.Expect(CloseReason.MuxerRefused);
    }

    [Fact]
    public void A_listener_without_yamux_is_left()
    {
        RawPeer liar = _scenario.LiarIsDialed();
        liar.Handshake(Payload.Honest(liar.Identity, liar.StaticKey));
        liar.SendBytes([.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("na")]);

        _scenario.Expect(CloseReason.MuxerRefused);
    }

    [Fact]
    public void A_dialer_that_proposes_everything_but_yamux_is_left()
    {
        RawPeer liar = _scenario.LiarDials();
        liar.Handshake(Payload.Honest(liar.Identity, liar.StaticKey));
        liar.SendBytes(RawPeer.Message("/multistream/1.0.0"));
        for (int i = 0; i < 9; i++)
        {
            liar.SendBytes(RawPeer.Message("/mplex/6.7." + i));
        }

        _scenario.Expect(CloseReason.MuxerRefused);
    }

    [Theory]
    [InlineData(true, 5000)]
    [InlineData(false, 30000)]
    public void A_peer_that_says_nothing_is_left_when_its_time_is_over(bool liarDials, int time)
    {
        if (liarDials)
        {
            _scenario.LiarDials();
        }
        else
        {
            _scenario.LiarIsDialed();
        }
        long begin = _scenario.Simulation.Network.NowMs;

        _scenario.Expect(CloseReason.HandshakeTimeout, withinMs: 31000);
        Assert.InRange(_scenario.Simulation.Network.NowMs - begin, time, time + 2000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_byte_a_second_does_not_stretch_the_time_of_a_handshake(bool liarDials)
    {
        RawPeer liar = liarDials ? _scenario.LiarDials() : _scenario.LiarIsDialed();
        byte[] honest = [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message("/noise"), 0, 32, .. new byte[32]];
        for (int i = 0; i < 29; i++)
        {
            liar.Write(honest[i]);
            _scenario.Simulation.Run(1000);
            Assert.Equal(0, _scenario.Node.Closed);
        }

        _scenario.Expect(CloseReason.HandshakeTimeout, withinMs: 1100);
    }

    [Fact]
    public void A_second_caller_gets_its_handshake_while_a_slow_one_keeps_its_own()
    {
        _scenario.LiarDials();
        _scenario.Simulation.Run(1000);
        TestNode other = _scenario.Simulation.Add(new NodeOptions());
        other.Dial(_scenario.Address);

        Assert.True(_scenario.Simulation.Run(() => other.Connected == 1, 1000));
        _scenario.Expect(CloseReason.HandshakeTimeout, withinMs: 31000);
    }

    [Fact]
    public void A_handshake_that_a_slow_caller_kept_is_free_again_after_its_time()
    {
        _scenario.LiarDials();
        RawPeer second = new(_scenario.Simulation);
        second.Dial(_scenario.Address);
        Assert.True(_scenario.Simulation.Run(() => _scenario.Node.Closed == 2, 32000));
        Assert.Equal(CloseReason.HandshakeTimeout, _scenario.Node.LastReason);
        _scenario.FriendIsUnharmed();

        TestNode other = _scenario.Simulation.Add(new NodeOptions());
        other.Dial(_scenario.Address);
        Assert.True(_scenario.Simulation.Run(() => other.Connected == 1, 1000));
    }

    [Fact]
    public void A_peer_that_comes_when_all_connections_are_in_use_is_turned_away_and_told_of()
    {
        _scenario.LiarConnects();
        RawPeer second = new(_scenario.Simulation);
        second.Dial(_scenario.Address).Handshake();
        RawPeer third = new(_scenario.Simulation);
        third.Dial(_scenario.Address);

        Assert.True(_scenario.Simulation.Run(() => _scenario.Node.Refused == 1, 1000));
        Assert.True(third.IsCutOff);
        _scenario.ExpectToGoOn();

        second.Link.Close();
        Assert.True(_scenario.Simulation.Run(() => _scenario.Node.Closed == 1, 1000));
        third.Dial(_scenario.Address).Handshake();
        Assert.True(_scenario.Simulation.Run(() => _scenario.Node.Connected == 4, 1000));
        Assert.Equal(1, _scenario.Node.Refused);
    }

    [Fact]
    public void A_node_that_reaches_itself_lets_go()
    {
        Connection? connection = _scenario.Node.Dial(_scenario.Address);
        Assert.NotNull(connection);

        Assert.True(_scenario.Simulation.Run(() => _scenario.Node.Closed == 2, 1000));
        Assert.Equal(1, _scenario.Node.Connected);
        Assert.Equal(CloseReason.DialledSelf, connection.CloseReason);
        _scenario.FriendIsUnharmed();
    }

    [Fact]
    public void Each_address_of_a_dial_has_its_time_and_the_first_that_answers_is_taken()
    {
        _scenario.Node.Transport.DialsHang = true;
        Multiaddr hanging = Multiaddr.Parse("/ip4/10.0.0.1/tcp/9");
        Multiaddr refused = Multiaddr.Parse("/ip4/10.0.0.2/tcp/9");
        Multiaddr liar = _scenario.Liar.Listen();
        Connection? connection = _scenario.Node.Node.Dial([hanging, refused, liar]);
        Assert.NotNull(connection);
        _scenario.Simulation.Run(9900);
        Assert.Equal(hanging, connection.DialAddress);

        _scenario.Node.Transport.DialsHang = false;
        _scenario.Simulation.Run(200);

        Assert.Equal(liar, connection.DialAddress);
        _scenario.Liar.Accept().Handshake();
        Assert.True(_scenario.Simulation.Run(() => connection.IsOpen, 1000));
        _scenario.ExpectToGoOn();
    }

    [Fact]
    public void A_dial_that_nobody_answers_fails_after_the_time_of_all_its_addresses()
    {
        _scenario.Node.Transport.DialsHang = true;
        Multiaddr[] addresses = [.. Enumerable.Range(1, 3).Select(i => Multiaddr.Parse($"/ip4/10.0.0.{i}/tcp/9"))];
        _scenario.Node.Node.Dial(addresses);
        _scenario.Simulation.Run(29900);
        Assert.Equal(0, _scenario.Node.Closed);
        _scenario.Simulation.Run(200);

        Assert.Equal(1, _scenario.Node.Closed);
        Assert.Equal(CloseReason.DialFailed, _scenario.Node.LastReason);
        Assert.Equal((int)LinkError.TimedOut, _scenario.Node.LastDetail);
        _scenario.FriendIsUnharmed();
    }

    [Fact]
    public void A_dial_that_everybody_refuses_fails_at_once()
    {
        _scenario.Node.Node.Dial([Multiaddr.Parse("/ip4/10.0.0.1/tcp/9"), Multiaddr.Parse("/ip4/10.0.0.2/tcp/9")]);

        Assert.True(_scenario.Simulation.Run(() => _scenario.Node.Closed == 1, 100));
        Assert.Equal(CloseReason.DialFailed, _scenario.Node.LastReason);
        Assert.Equal((int)LinkError.Refused, _scenario.Node.LastDetail);
        _scenario.FriendIsUnharmed();
    }

    [Fact]
    public void A_dial_begun_long_after_the_last_poll_has_its_full_time()
    {
        Simulation simulation = new(5);
        TestNode node = simulation.Add(new NodeOptions());
        simulation.Step();
        simulation.Network.NowMs += 100_000;
        node.Transport.DialsHang = true;
        node.Dial(Multiaddr.Parse("/ip4/10.0.0.1/tcp/9"));

        simulation.Run(9900);
        Assert.Equal(0, node.Closed);
        simulation.Run(200);
        Assert.Equal(1, node.Closed);
    }

    [Fact]
    public void A_connection_object_says_nothing_of_the_peer_it_had_before()
    {
        Simulation simulation = new(6);
        TestNode node = simulation.Add(new NodeOptions());
        TestNode peer = simulation.Add(new NodeOptions());
        Connection connection = node.Dial(peer.Listen());
        Assert.True(simulation.Run(() => node.Connected == 1, 1000));
        Assert.NotNull(connection.RemotePeer);
        connection.Close();
        simulation.Run(100);

        Assert.Same(connection, node.Dial(Multiaddr.Parse("/ip4/10.0.0.1/tcp/9")));

        Assert.Null(connection.RemotePeer);
        Assert.Equal(0, connection.RemoteIdCount);
        Assert.False(connection.UsedEarlyMuxer);
    }

    private void TryHandshake(bool liarDials, byte[]? payload, System.Action<byte[]>? spoil = null)
    {
        RawPeer liar = liarDials ? _scenario.LiarDials() : _scenario.LiarIsDialed();
        try
        {
            liar.Handshake(payload, spoil);
        }
        catch (System.IO.EndOfStreamException)
        {
            // our side broke off before the liar's handshake was over
        }
    }
}
