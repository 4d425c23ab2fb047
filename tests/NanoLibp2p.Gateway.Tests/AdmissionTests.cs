using System;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests;

public sealed class AdmissionTests : IDisposable
{
    private static readonly Identity _gateway = NewIdentity();

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly DataFolder _data;
    private readonly AdmissionList _list;

    public AdmissionTests()
    {
        _data = DataFolder.Open(_folder.File("data"));
        _list = new AdmissionList(_data, _time, [_gateway.PeerId]);
    }

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_token_is_the_same_after_its_text_and_admits_until_it_expires_also_after_a_restart()
    {
        PeerId peer = NewIdentity().PeerId;
        AdmissionToken token = Issue(peer, TimeSpan.FromDays(1));
        AdmissionToken read = AdmissionToken.Parse(token.ToString(), out string _)!;
        Assert.Equal((peer, _gateway.PeerId, AdmissionClass.Sensor), (read.Peer, read.Issuer, read.Class));

        _list.Keep(read);
        AdmissionList again = new(_data, _time, [_gateway.PeerId]);
        Assert.Equal(AdmissionClass.Sensor, again.ClassOf(peer));
        Assert.Null(again.ClassOf(NewIdentity().PeerId));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(again.ClassOf(peer));
    }

    [Fact]
    public void A_token_of_an_unknown_issuer_for_another_peer_or_of_the_future_admits_nobody()
    {
        Identity other = NewIdentity();
        PeerId peer = NewIdentity().PeerId;
        byte[] good = Issue(peer, null).Bytes.ToArray();
        byte[] foreign = AdmissionToken.Issue(other, peer, AdmissionClass.Sensor, _time.GetUtcNow(), null).Bytes.ToArray();
        byte[] future = AdmissionToken.Issue(_gateway, peer, AdmissionClass.Sensor, _time.GetUtcNow().AddHours(1), null).Bytes.ToArray();

        Assert.Equal(AdmissionVerdict.UnknownIssuer, _list.Show(peer, foreign));
        Assert.Equal(AdmissionVerdict.OtherPeer, _list.Show(other.PeerId, good));
        Assert.Equal(AdmissionVerdict.NotYetValid, _list.Show(peer, future));
        Assert.Null(_list.ClassOf(peer));
        Assert.Equal(AdmissionVerdict.Admitted, _list.Show(peer, good));
        _list.Issuers = [_gateway.PeerId, other.PeerId];
        Assert.Equal(AdmissionVerdict.Admitted, _list.Show(peer, foreign));
    }

    [Fact]
    public void No_bit_of_a_token_can_be_changed()
    {
        PeerId peer = NewIdentity().PeerId;
        byte[] good = Issue(peer, TimeSpan.FromDays(1)).Bytes.ToArray();
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 1;
            Assert.NotEqual(AdmissionVerdict.Admitted, _list.Show(peer, bad));
        }
    }

    [Fact]
    public void A_signature_for_something_else_and_bytes_of_any_kind_are_no_token()
    {
        PeerId peer = NewIdentity().PeerId;
        byte[] payload = new ProtobufMessage().Bytes(1, peer.ToBytes()).Varint(2, 1).ToArray();
        byte[] otherDomain = SignedEnvelope.Seal(
            _gateway, DesktopCrypto.Choose(), "libp2p-peer-record", Encoding.ASCII.GetBytes("/nanolibp2p/admission-token"), payload)
            .Bytes.ToArray();
        byte[] otherType = SignedEnvelope.Seal(_gateway, DesktopCrypto.Choose(), AdmissionToken.Domain, [3, 1], payload).Bytes.ToArray();

        Assert.All<byte[]>([otherDomain, otherType, [], [1, 2, 3], new byte[AdmissionToken.MaxBytes + 1]],
            bytes => Assert.Equal(AdmissionVerdict.Malformed, _list.Show(peer, bytes)));
        Assert.All(["", "u", "x", "uAAAA", "u***", new string('u', 5000)], text => Assert.Null(AdmissionToken.Parse(text, out string _)));
    }

    [Fact]
    public void A_revoked_peer_does_not_come_back_with_the_token_it_has_and_does_with_a_new_one()
    {
        PeerId peer = NewIdentity().PeerId;
        AdmissionToken token = Issue(peer, null);
        _list.Keep(token);
        Assert.True(_list.Revoke(peer));

        Assert.Null(_list.ClassOf(peer));
        Assert.Equal(AdmissionVerdict.Revoked, _list.Show(peer, token.Bytes.Span));
        Assert.Equal(AdmissionVerdict.Revoked, new AdmissionList(_data, _time, [_gateway.PeerId]).Show(peer, token.Bytes.Span));
        Assert.Contains("revoked", Assert.Throws<GatewayException>(() => _list.Keep(token)).Message, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));
        _list.Keep(Issue(peer, null));
        Assert.Equal(AdmissionClass.Sensor, _list.ClassOf(peer));
    }

    [Fact]
    public void A_line_of_the_file_that_is_no_token_is_told_by_its_number_and_changes_nothing()
    {
        PeerId peer = NewIdentity().PeerId;
        _list.Keep(Issue(peer, null));
        System.IO.File.AppendAllText(_data.PathOf(DataFolder.TokensFile), "# mine\nuAAAA\n");

        Assert.Contains("line 3 is no token", Assert.Throws<GatewayException>(_list.Reload).Message, StringComparison.Ordinal);
        Assert.Equal(AdmissionClass.Sensor, _list.ClassOf(peer));
    }

    [Fact]
    public async Task Where_a_token_is_required_who_shows_none_is_shown_out_and_who_has_one_stays()
    {
        Identity kept = NewIdentity();
        Identity showing = NewIdentity();
        await using GatewayHost gateway = await StartRequiringAsync();
        gateway.Core.Issue(kept.PeerId, AdmissionClass.Sensor, null);
        AdmissionToken token = AdmissionToken.Issue(
            gateway.Core.Identity, showing.PeerId, AdmissionClass.Peer, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        await using Libp2pNode first = await Gateways.PeerAsync(kept);
        await using Libp2pNode second = await Gateways.PeerAsync(showing);
        await using Libp2pNode third = await Gateways.PeerAsync();
        await first.DialAsync(gateway);
        await second.DialAsync(gateway);
        Assert.Equal((0UL, ""), await ShowAsync(second, gateway, token.Bytes));
        await third.DialAsync(gateway);

        await Gateways.UntilAsync(() => third.Peers.Count == 0, "who shows no token is shown out");
        await first.PingAsync(gateway.Node.PeerId).WaitAsync(Gateways.Patience);
        await second.PingAsync(gateway.Node.PeerId).WaitAsync(Gateways.Patience);
        Assert.Equal(2, gateway.Node.Peers.Count);
    }

    [Fact]
    public async Task A_token_that_is_not_taken_is_answered_with_why_and_one_that_is_too_long_with_a_reset()
    {
        await using GatewayHost gateway = await StartRequiringAsync();
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);
        AdmissionToken ofNobody = AdmissionToken.Issue(NewIdentity(), peer.PeerId, AdmissionClass.Peer, DateTimeOffset.UtcNow, null);

        (ulong verdict, string why) = await ShowAsync(peer, gateway, ofNobody.Bytes);

        Assert.Equal((ulong)AdmissionVerdict.UnknownIssuer, verdict);
        Assert.Contains("admission.issuers", why, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => ShowAsync(peer, gateway, new byte[AdmissionToken.MaxBytes + 1]));
        Assert.Null(gateway.Core.Admission.ClassOf(peer.PeerId));
    }

    private static Identity NewIdentity() => Identity.Create(DesktopCrypto.Choose(), new SystemRandom());

    private static async Task<(ulong Verdict, string Why)> ShowAsync(Libp2pNode peer, GatewayHost gateway, ReadOnlyMemory<byte> token)
    {
        await using PeerStream stream = await peer.OpenStreamAsync(gateway.Node.PeerId, AdmissionDoor.Protocol)
            .WaitAsync(Gateways.Patience);
        MessageStream messages = new(stream, Gateways.Patience);
        await messages.WriteMessageAsync(token);
        byte[] answer = (await messages.ReadMessageAsync(1024))!;
        return Read(answer);
    }

    private static (ulong Verdict, string Why) Read(byte[] answer)
    {
        ulong verdict = ulong.MaxValue;
        string why = "";
        ProtobufFields fields = new(answer);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Varint))
            {
                verdict = fields.Value;
            }
            else if (fields.Is(2, WireType.Bytes))
            {
                why = Encoding.UTF8.GetString(fields.Bytes);
            }
        }

        return (verdict, why);
    }

    private AdmissionToken Issue(PeerId peer, TimeSpan? lifetime)
        => AdmissionToken.Issue(_gateway, peer, AdmissionClass.Sensor, _time.GetUtcNow(), lifetime);

    private Task<GatewayHost> StartRequiringAsync() => GatewayHost.StartAsync(
        Gateways.Settings(_folder.File("running"), ("admission.required", "true"), ("admission.graceSeconds", "1")), logging: _ => { });
}
