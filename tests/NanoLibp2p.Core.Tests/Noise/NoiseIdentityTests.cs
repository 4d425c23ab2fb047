using System;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Noise;

/// <summary>A static Noise key that several nodes share, and that is kept over a restart.</summary>
public class NoiseIdentityTests
{
    private readonly Simulation _simulation = new(44);
    private readonly CryptoProvider _crypto = new ManagedCrypto();
    private readonly SeededRandom _random = new(44);

    [Fact]
    public void A_peer_that_knows_one_shard_verifies_no_signature_of_another_and_none_after_a_restart()
    {
        Identity identity = Identity.Create(_crypto, _random);
        NoiseIdentity first = new(identity, _crypto, _random, true);
        byte[] kept = (byte[])first.StaticKey.PrivateKey.Clone();
        NoiseIdentity restarted = NoiseIdentity.FromPrivateKey(identity, new ManagedCrypto(), kept, true);
        CountingCrypto device = new();
        TestNode dialer = _simulation.Add(new NodeOptions(), device);

        foreach (NoiseIdentity shown in new[] { first, first, restarted })
        {
            Connect(dialer, identity, new NodeOptions { NoiseIdentity = shown });
        }

        Assert.Equal(1, device.Verifications);
        Connect(dialer, identity, new NodeOptions());
        Assert.Equal(2, device.Verifications);
    }

    [Fact]
    public void A_kept_key_gives_the_same_payload_again()
    {
        Identity identity = Identity.Create(_crypto, _random);
        NoiseIdentity first = new(identity, _crypto, _random, false);
        NoiseIdentity again = NoiseIdentity.FromPrivateKey(identity, _crypto, first.StaticKey.PrivateKey, false);

        Assert.Equal(first.Payload, again.Payload);
        Assert.Equal(first.StaticKey.PublicKey, again.StaticKey.PublicKey);
        Assert.False(again.OffersMuxer);
    }

    [Fact]
    public void Static_keys_that_peers_have_proved_are_shared_by_nodes_that_are_given_the_same_memory()
    {
        Identity identity = Identity.Create(_crypto, _random);
        PeerBindings bindings = new(4);
        CountingCrypto counted = new();
        TestNode dialer = _simulation.Add(new NodeOptions());
        for (int i = 0; i < 2; i++)
        {
            Connect(dialer, identity, new NodeOptions { Bindings = bindings }, counted);
        }

        Assert.Equal(1, counted.Verifications);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_node_refuses_a_static_key_that_another_identity_signed_or_that_offers_what_it_does_not(bool ofAnother, bool earlyMuxer)
    {
        Identity identity = Identity.Create(_crypto, _random);
        Identity signer = ofAnother ? Identity.Create(_crypto, _random) : identity;
        NodeOptions options = new() { NoiseIdentity = new NoiseIdentity(signer, _crypto, _random, earlyMuxer) };

        Assert.Contains("NoiseIdentity", Assert.Throws<ArgumentException>(() => new Node(options, identity, _crypto, _random)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_length_is_refused_with_its_length() =>
        Assert.Contains("31 bytes", Assert.Throws<ArgumentException>(
            () => NoiseIdentity.FromPrivateKey(Identity.Create(_crypto, _random), _crypto, new byte[31], true)).Message,
        StringComparison.Ordinal);

    // the dialer connects to a new node of the identity, and lets go of it
    private void Connect(TestNode dialer, Identity identity, NodeOptions options, CryptoProvider? crypto = null)
    {
        CryptoProvider provider = crypto ?? new ManagedCrypto();
        TestNode listener = new(_simulation.Network, new Node(options, identity, provider, _random));
        _simulation.Add(listener);
        Multiaddr address = listener.Listen();
        int connected = dialer.Connected;
        Connection connection = dialer.Dial(address);
        Assert.True(_simulation.Run(() => dialer.Connected > connected && listener.Connected == 1, 1000));
        connection.Close();
        Assert.True(_simulation.Run(() => listener.Closed == 1, 1000));
    }
}
