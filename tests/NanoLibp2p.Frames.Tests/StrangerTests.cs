using System;
using System.Collections.Generic;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Who meets whom without a card, and what a gateway is told of openings that get no session (SPEC.md 5.2, 12.1).
/// <c>-- mutants</c> takes these rules out, too.</summary>
public class StrangerTests : FrameNodeEvents
{
    private static readonly FrameLinkInfo _air = new("", true);
    private static readonly FrameLinkInfo _wire = new("", false);
    private readonly WatchingCrypto _crypto = new();
    private readonly FrameSecrets _secrets;
    private readonly Identity _identity;
    private readonly List<PeerId?> _refused = [];
    private readonly byte[] _frame = new byte[255];
    private PeerId? _wanted;

    public StrangerTests()
    {
        _secrets = new FrameSecrets(_crypto);
        _identity = Identity.Create(_crypto, new SeededRandom(1));
    }

    [Fact]
    public void On_air_a_device_that_looks_for_a_gateway_by_its_peer_id_names_it_and_is_answered_by_no_other()
    {
        FrameGateway near = NewGateway(2, true);
        FrameGateway sought = NewGateway(3, true);
        FrameNode node = NewNode(PeerOf(3));
        byte[] xx1 = Sent(node, 0)!;
        Assert.Null(near.Receive(xx1, _air));
        Give(node, sought.Receive(xx1, _air), 1000);
        Give(node, sought.Receive(Sent(node, 2000)!, _air), 3000);
        Assert.Equal((FrameState.Open, 1), (node.State, node.Gateways.Count));
    }

    [Fact]
    public void A_gateway_that_is_not_wanted_is_passed_over_and_the_one_that_is_may_still_answer()
    {
        FrameGateway near = NewGateway(2, true);
        FrameGateway sought = NewGateway(3, true);
        _wanted = PeerOf(3);
        FrameNode node = NewNode(null);
        byte[] xx1 = Sent(node, 0)!;
        Give(node, near.Receive(xx1, _wire), 100);
        Assert.Equal(0, node.Gateways.Count);
        Give(node, sought.Receive(xx1, _wire), 200);
        Assert.Equal(1, node.Gateways.Count);
        Give(node, sought.Receive(Sent(node, 300)!, _wire), 400);
        Assert.Equal(FrameState.Open, node.State);
        Assert.True(node.Gateways.Id(0).Equals(PeerOf(3)));
    }

    [Theory]
    [InlineData(599_000, 1)]
    [InlineData(601_000, 0)]
    public void Ten_minutes_after_a_start_by_hand_a_late_answer_makes_no_gateway(long at, int gateways)
    {
        FrameGateway gateway = NewGateway(2, true);
        FrameNode node = NewNode(null);
        Give(node, gateway.Receive(Sent(node, 0)!, _wire), at);
        Assert.Equal(gateways, node.Gateways.Count);
    }

    [Fact]
    public void A_device_that_may_meet_nobody_sends_nothing_to_strangers()
    {
        FrameNode node = NewNode(null, mayMeet: false);
        for (long now = 0; now < 3_600_000; now += 10_000)
        {
            Assert.Null(Sent(node, now));
        }
    }

    [Fact]
    public void Once_it_has_a_gateway_a_device_takes_no_stranger()
    {
        // who sits near answers in place of the one that it knows, whose key it gives for nobody's
        FrameGateway near = NewGateway(2, true);
        FrameNode node = NewNode(null);
        Give(node, near.Receive(Sent(node, 0)!, _wire), 100);
        Assert.Equal(1, node.Gateways.Count);
        Assert.Equal(-1, node.OnGateway(node.Session, CardOf(3, out byte[] key), key));
        Assert.Equal(1, node.Gateways.Count);
    }

    [Fact]
    public void A_gateway_is_told_who_opened_and_is_not_admitted_once_an_opening()
    {
        FrameGateway gateway = NewGateway(2, isAdmitting: false);
        FrameNode node = NewNode(null);
        byte[] xx1 = Sent(node, 0)!;
        Give(node, gateway.Receive(xx1, _wire), 100);
        Assert.Empty(_refused);
        byte[] xx3 = Sent(node, 200)!;
        Assert.NotNull(gateway.Receive(xx3, _wire));
        Assert.Equal(_identity.PeerId, Assert.Single(_refused));

        // by cards, both ways: KK
        gateway.Remember(_identity.PeerId, CardOf(1, out byte[] key), key);
        _refused.Clear();
        Assert.Null(gateway.Receive(Known(gateway), _wire));
        Assert.Equal(_identity.PeerId, Assert.Single(_refused));
    }

    [Fact]
    public void An_opening_by_cards_of_a_device_that_nobody_knows_here_is_told_without_a_name_and_one_that_is_known_is_not()
    {
        FrameGateway gateway = NewGateway(2, true);
        byte[] kk1 = Known(gateway);
        Assert.Null(gateway.Receive(kk1, _wire));
        Assert.Null(Assert.Single(_refused));
        gateway.Remember(_identity.PeerId, CardOf(1, out byte[] key), key);
        _refused.Clear();
        Assert.NotNull(gateway.Receive(kk1, _wire));
        Assert.Empty(_refused);
    }

    public override bool OnStranger(FrameNode node, byte[] card)
        => _wanted == null || _wanted.Equals(PeerId.FromEd25519(card, FrameCard.KeyAt + 4));

    private PeerId PeerOf(uint seed) => Identity.Create(_crypto, new SeededRandom(seed)).PeerId;

    private byte[] CardOf(uint seed, out byte[] staticKey)
    {
        Identity identity = Identity.Create(_crypto, new SeededRandom(seed));
        KeyPair key = new();
        _secrets.DeriveStatic(identity, 0, key);
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(_crypto).Write(identity, 0, key, card, 0);
        staticKey = key.PublicKey;
        return card;
    }

    // how the device opens where it knows the gateway
    private byte[] Known(FrameGateway gateway)
    {
        FrameNode node = NewNode(null, mayMeet: false);
        Assert.Equal(0, node.AddGateway(gateway.Card.ToArray(), gateway.StaticKey.ToArray()));
        node.Start(0, -1);
        return Sent(node, 0)!;
    }

    private FrameNode NewNode(PeerId? meets, bool mayMeet = true)
    {
        FrameNodeOptions options = new() { MayMeet = mayMeet, Meets = meets };
        options.Session.Mtu = 255;
        FrameNode node = new(options, _secrets, _identity, new BoardValues(), new SeededRandom(4), this);
        Assert.True(node.Provision(1000, new byte[32], 1UL << 56, false));
        Assert.True(node.Start(0, -1));
        return node;
    }

    private FrameGateway NewGateway(uint seed, bool isAdmitting) => new(new FrameGatewayOptions
    {
        Identity = Identity.Create(_crypto, new SeededRandom(seed)), Crypto = _crypto, Random = new SeededRandom(seed + 10),
        Store = new MemoryFrameStore(), Admits = _ => isAdmitting, OnRefused = _refused.Add,
    }, (_, _) => { });

    private byte[]? Sent(FrameNode node, long now)
    {
        int count = node.Transmit(_frame, 0, now);
        return count > 0 ? _frame[..count] : null;
    }

    private static void Give(FrameNode node, byte[]? frame, long now)
    {
        Assert.NotNull(frame);
        node.Receive(frame, 0, frame.Length, now);
    }
}
