using System;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Who a peer is: the id that was dialled has to be the one that is proved, with keys of every type that libp2p has.</summary>
public class IdentityTests(JsPeers peers)
{
    private static readonly string _nobody = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_js_peer_with_another_id_than_the_one_dialled_is_refused(bool early)
    {
        JsPeer js = peers.With(early);
        await using NanoPeer nano = await NanoPeer.StartAsync();

        NanoPeerException refused = await Assert.ThrowsAsync<NanoPeerException>(() => nano.DialAsync(As(js.Address, _nobody)));

        Assert.Equal(CloseReason.PeerIdMismatch, refused.End!.Reason);
        // named by what it proved, which is what a log needs
        Assert.Equal(js.PeerId, refused.End.PeerId);
        await nano.PingAsync(await nano.DialAsync(js.Address));
    }

    [Fact]
    public async Task Js_refuses_our_node_when_it_dialled_another_id()
    {
        await using NanoPeer nano = await NanoPeer.StartAsync();

        await Assert.ThrowsAsync<JsPeerException>(() => peers.Early.DialAsync(As(nano.Address, _nobody)));

        NanoEnd end = await nano.WaitForEndAsync();
        Assert.False(end.WasOpen);
        Assert.True(end.Reason is CloseReason.EndedInHandshake or CloseReason.LinkFailed, end.ToString());
        await peers.Early.DialAsync(nano.Address);
        Assert.Single(await peers.Early.PingAsync(nano.PeerId));
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("ECDSA")]
    [InlineData("secp256k1")]
    public async Task A_device_refuses_other_keys_than_Ed25519_and_says_so_and_a_verifier_accepts_them(string key)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Key = key });
        NodeOptions gateway = NodeOptions.Desktop();
        gateway.Verifier = new DesktopVerifier();
        await using NanoPeer device = await NanoPeer.StartAsync(new NodeOptions());
        await using NanoPeer accepting = await NanoPeer.StartAsync(gateway);
        // js-libp2p has no ids of ECDSA keys, so it can't say which it proves
        string? expected = key == "ECDSA" ? null : js.PeerId;
        string address = expected == null ? Multiaddr.Parse(js.Address).WithoutPeerId().ToString() : js.Address;

        NanoPeerException refused = await Assert.ThrowsAsync<NanoPeerException>(() => device.DialAsync(address));
        Assert.Equal(CloseReason.IdentityUnsupported, refused.End!.Reason);
        await Assert.ThrowsAsync<JsPeerException>(async () =>
        {
            // a dialer has sent its last word before it can be refused
            await js.DialAsync(device.Address);
            await js.PingAsync(device.PeerId);
        });
        Assert.Equal(CloseReason.IdentityUnsupported, (await device.WaitForEndAsync()).Reason);
        await device.PingAsync(await device.DialAsync(peers.Early.Address));

        NanoConnection connection = await accepting.DialAsync(address);
        Assert.Equal(expected ?? connection.PeerId, connection.PeerId);
        await accepting.PingAsync(connection);
        await js.DisconnectAsync(accepting.PeerId);
        await accepting.WaitForEndAsync(connection);
        await js.DialAsync(accepting.Address);
        Assert.Equal(connection.PeerId, (await accepting.WaitForConnectionAsync()).PeerId);
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("ECDSA")]
    [InlineData("secp256k1")]
    public async Task A_verifier_that_finds_a_signature_wrong_ends_the_handshake(string key)
    {
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Key = key });
        NodeOptions options = NodeOptions.Desktop();
        options.Verifier = new DamagingVerifier();
        await using NanoPeer nano = await NanoPeer.StartAsync(options);

        NanoPeerException refused =
            await Assert.ThrowsAsync<NanoPeerException>(() => nano.DialAsync(Multiaddr.Parse(js.Address).WithoutPeerId().ToString()));

        Assert.Equal(CloseReason.IdentityInvalid, refused.End!.Reason);
    }

    [Fact]
    public async Task A_dial_goes_on_to_the_next_address()
    {
        await using NanoPeer gone = await NanoPeer.StartAsync();
        string dead = As(gone.Address, peers.Early.PeerId);
        await gone.DisposeAsync();
        await using NanoPeer nano = await NanoPeer.StartAsync();

        NanoConnection connection = await nano.DialAsync(dead, peers.Early.Address);

        Assert.Equal(peers.Early.PeerId, connection.PeerId);
    }

    private sealed class DamagingVerifier : IIdentityVerifier
    {
        private readonly DesktopVerifier _verifier = new();

        public int Verify(KeyType type, byte[] key, int keyOffset, int keyCount, byte[] message, int offset, int count, byte[] signature,
            int signatureOffset, int signatureCount)
        {
            byte[] damaged = signature.AsSpan(signatureOffset, signatureCount).ToArray();
            damaged[^1] ^= 1;
            return _verifier.Verify(type, key, keyOffset, keyCount, message, offset, count, damaged, 0, signatureCount);
        }
    }

    private static string As(string address, string peerId) => Multiaddr.Parse(address).WithPeerId(PeerId.Parse(peerId)).ToString();
}
