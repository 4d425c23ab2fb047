using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Rendezvous;

/// <summary>The rendezvous protocol (r3): our point and our client. No other implementation is at hand, so the bytes are those of the
/// spec's protobuf, written by hand.</summary>
public class RendezvousTests
{
    private const string Greenhouse = "greenhouse";

    [Fact]
    public async Task Peers_find_each_other_in_a_namespace()
    {
        await using RendezvousScene scene = await RendezvousScene.StartAsync();
        await using Libp2pNode other = await scene.JoinAsync();

        Assert.Equal(RendezvousPoint.MinTtl, await scene.Client.RegisterAsync(scene.Point.PeerId, Greenhouse).WaitAsync(Nodes.Patience));
        Assert.Equal(TimeSpan.FromHours(72),
            await scene.Client.RegisterAsync(scene.Point.PeerId, "cellar", TimeSpan.FromHours(72)).WaitAsync(Nodes.Patience));
        RendezvousPage page = await new RendezvousClient(other).DiscoverAsync(scene.Point.PeerId, Greenhouse).WaitAsync(Nodes.Patience);

        RendezvousRegistration found = Assert.Single(page.Registrations);
        Assert.Equal((Greenhouse, scene.Node.PeerId), (found.Namespace, found.Record.Peer));
        Assert.Equal(scene.Node.ListenAddresses.Select(one => one.WithoutPeerId()), found.Record.Addresses);
        RendezvousPage all = await new RendezvousClient(other).DiscoverAsync(scene.Point.PeerId, null).WaitAsync(Nodes.Patience);
        Assert.Equal([Greenhouse, "cellar"], all.Registrations.Select(one => one.Namespace));

        // and now it can be dialled by its id alone
        await other.DialAsync(scene.Node.PeerId).WaitAsync(Nodes.Patience);
    }

    [Fact]
    public async Task A_registration_is_replaced_ended_and_expires()
    {
        await using RendezvousScene scene = await RendezvousScene.StartAsync();
        await scene.Client.RegisterAsync(scene.Point.PeerId, Greenhouse).WaitAsync(Nodes.Patience);
        await scene.Client.RegisterAsync(scene.Point.PeerId, Greenhouse, TimeSpan.FromHours(3)).WaitAsync(Nodes.Patience);
        Assert.Equal(1, scene.Service.Count);
        scene.Time.Advance(TimeSpan.FromHours(2.5));
        Assert.Single((await scene.DiscoverAsync(Greenhouse)).Registrations);

        await scene.Client.UnregisterAsync(scene.Point.PeerId, Greenhouse).WaitAsync(Nodes.Patience);
        Assert.Empty((await scene.DiscoverAsync(Greenhouse)).Registrations);

        // one that there is not
        await scene.Client.UnregisterAsync(scene.Point.PeerId, "nowhere").WaitAsync(Nodes.Patience);

        await scene.Client.RegisterAsync(scene.Point.PeerId, Greenhouse).WaitAsync(Nodes.Patience);
        scene.Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty((await scene.DiscoverAsync(Greenhouse)).Registrations);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        await Nodes.UntilAsync(() => scene.Service.Count == 0, "it is swept away");
    }

    [Fact]
    public async Task A_cookie_gives_what_is_new_since_and_for_its_namespace_alone()
    {
        await using RendezvousScene scene = await RendezvousScene.StartAsync();
        await scene.Client.RegisterAsync(scene.Point.PeerId, Greenhouse).WaitAsync(Nodes.Patience);
        byte[] cookie = (await scene.DiscoverAsync(Greenhouse)).Cookie;
        RendezvousPage second = await scene.DiscoverAsync(Greenhouse, cookie);
        Assert.Empty(second.Registrations);

        await using Libp2pNode other = await scene.JoinAsync();
        await new RendezvousClient(other).RegisterAsync(scene.Point.PeerId, Greenhouse).WaitAsync(Nodes.Patience);
        RendezvousPage third = await scene.DiscoverAsync(Greenhouse, second.Cookie);
        Assert.Equal(other.PeerId, Assert.Single(third.Registrations).Record.Peer);

        byte[] otherMac = [.. cookie[..^1], (byte)(cookie[^1] ^ 1)];
        byte[] otherNumber = [.. cookie[..7], 9, .. cookie[8..]];
        (string? Name, byte[] Cookie)[] wrong =
            [("cellar", cookie), (null, cookie), (Greenhouse, [1]), (Greenhouse, otherMac), (Greenhouse, otherNumber)];
        foreach ((string? name, byte[] bad) in wrong)
        {
            RendezvousException refused = await Assert.ThrowsAsync<RendezvousException>(() => scene.DiscoverAsync(name, bad));
            Assert.Equal(RendezvousStatus.InvalidCookie, refused.Status);
        }
    }

    [Fact]
    public async Task The_bytes_are_those_of_the_spec_and_several_requests_follow_on_one_stream()
    {
        await using RendezvousScene scene = await RendezvousScene.StartAsync();
        byte[] record = scene.OwnRecord;
        await using PeerStream stream = await scene.OpenAsync();
        MessageStream messages = new(stream, Nodes.Patience);

        // Message{type=REGISTER, register={ns="a", signedPeerRecord, ttl=7200}}; the lengths take two bytes
        byte[] length = [(byte)(record.Length | 0x80), (byte)(record.Length >> 7)];
        byte[] register = [0x0A, 1, (byte)'a', 0x12, .. length, .. record, 0x18, 0xA0, 0x38];
        Assert.InRange(record.Length, 128, 16000);
        byte[] header = [0x08, 0, 0x12, (byte)(register.Length | 0x80), (byte)(register.Length >> 7)];
        await messages.WriteMessageAsync((byte[])[.. header, .. register]);
        Assert.Equal("08011a0708001200" + "18a038", Hex(await messages.ReadMessageAsync(1000)));

        // Message{type=DISCOVER, discover={ns="a", limit=5}}; cookie of 24 bytes, status and text at the end
        await messages.WriteMessageAsync(Convert.FromHexString("0803" + "2a05" + "0a0161" + "1005"));
        string answer = Hex(await messages.ReadMessageAsync(2000));
        Assert.StartsWith("080432", answer, StringComparison.Ordinal);
        Assert.Contains("0a0161" + "12" + Hex(length) + Hex(record) + "18", answer, StringComparison.Ordinal);
        Assert.Contains("1218", answer, StringComparison.Ordinal);
        Assert.EndsWith("18002200", answer, StringComparison.Ordinal);

        // Message{type=UNREGISTER, unregister={ns="a"}} has no answer
        await messages.WriteMessageAsync(Convert.FromHexString("0802" + "2203" + "0a0161"));
        stream.CompleteWrites();
        Assert.Null(await messages.ReadMessageAsync(1000));
        Assert.Equal(0, scene.Service.Count);
    }

    [Fact]
    public async Task A_node_stays_registered_with_its_newest_addresses_until_it_leaves()
    {
        await using RendezvousScene scene = await RendezvousScene.StartAsync();
        await scene.Node.DisconnectAsync(scene.Point.PeerId);
        using CancellationTokenSource leave = new();
        Task keeping = scene.Client.KeepRegisteredAsync(scene.Point.ListenAddresses[0], Greenhouse, null, leave.Token);
        await Nodes.UntilAsync(() => scene.Service.Count == 1, "it registers, and dials by itself");

        Multiaddr added = Multiaddr.Parse("/ip4/127.0.0.1/tcp/7777");
        scene.Node.Announce(added);
        await using Libp2pNode other = await scene.JoinAsync();
        RendezvousClient client = new(other);
        RendezvousPage page;
        do
        {
            await Task.Delay(600);
            page = await client.DiscoverAsync(scene.Point.PeerId, Greenhouse).WaitAsync(Nodes.Patience);
        }
        while (!page.Registrations.Any(one => one.Record.Addresses.Contains(added)));

        await leave.CancelAsync();
        await keeping.WaitAsync(Nodes.Patience);
        await Nodes.UntilAsync(() => scene.Service.Count == 0, "it leaves");
    }

    private static string Hex(byte[]? bytes) => Convert.ToHexStringLower(bytes!);
}
