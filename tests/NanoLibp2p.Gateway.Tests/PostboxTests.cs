using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Service;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>The postbox, as a gateway runs it.</summary>
public sealed class PostboxTests : IDisposable
{
    private const int Deposit = 2;
    private const int Sync = 4;
    private const int Configure = 6;

    private readonly TemporaryFolder _folder = new();
    private readonly Identity _device = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_peer_with_a_token_has_a_mailbox_whose_mail_is_there_after_a_restart_and_in_a_backup()
    {
        byte[] item = [1, 0, .. Enumerable.Repeat((byte)7, 200)];
        byte[] cursor;
        await using (GatewayHost gateway = await StartAsync("data"))
        {
            await using Libp2pNode device = await CallAsync(gateway, _device);
            Assert.Equal(407, await AskAsync(device, gateway, Configure, []));
            gateway.Core.Issue(_device.PeerId, AdmissionClass.Sensor, null);
            Assert.Equal(0, await AskAsync(device, gateway, Configure, []));
            await using Libp2pNode sender = await CallAsync(gateway);
            Assert.Equal(0, await AskAsync(sender, gateway, Deposit,
                [.. Wire.Bytes(1, _device.PeerId.ToBytes()), .. Wire.Bytes(5, Token()), .. Wire.Bytes(15, item)]));
            Assert.StartsWith("1 mailboxes, 1 items wait, in sqlite:", gateway.Status.Services["postbox"], StringComparison.Ordinal);
            using HttpClient http = gateway.Http();
            string metrics = await http.GetStringAsync("/metrics");
            Assert.Contains("postbox_items{", metrics, StringComparison.Ordinal);
            Assert.DoesNotContain(_device.PeerId.ToString(), metrics, StringComparison.Ordinal);
            List<Wire.Field> reply = await ReplyAsync(device, gateway, Sync, Wire.Number(3, 8));
            cursor = Wire.BytesOf(Wire.Read(Wire.BytesOf(reply, 10)!), 4)!;
            Storage.Backup.Write(_folder.File("data"), _folder.File("kept"));
        }

        Storage.Backup.Restore(_folder.File("kept"), _folder.File("other"), DateTimeOffset.UtcNow);
        foreach (string data in new[] { "data", "other" })
        {
            await using GatewayHost again = await StartAsync(data);
            await using Libp2pNode device = await CallAsync(again, _device);
            List<Wire.Field> reply = await ReplyAsync(device, again, Sync, Wire.Number(3, 8));
            Assert.Equal(1ul, Wire.NumberOf(Wire.Read(Wire.BytesOf(reply, 10)!), 1));

            // one of before a backup says nothing of what came since
            reply = await ReplyAsync(device, again, Sync, [.. Wire.Bytes(2, cursor), .. Wire.Number(3, 8)]);
            Assert.Equal(data == "data" ? 0ul : 1, Wire.NumberOf(Wire.Read(Wire.BytesOf(reply, 10)!), 1));
        }
    }

    [Fact]
    public async Task Where_everybody_may_a_stranger_makes_itself_a_mailbox()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("postbox.admittedOnly", "false"), ("postbox.mailboxes", "1"));
        await using Libp2pNode stranger = await CallAsync(gateway, _device);
        Assert.Equal(0, await AskAsync(stranger, gateway, Configure, []));
        await using Libp2pNode second = await CallAsync(gateway);
        Assert.Equal(407, await AskAsync(second, gateway, Configure, []));
    }

    [Fact]
    public async Task An_operator_opens_lists_bounds_purges_and_closes_mailboxes_over_HTTP()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        string box = $"/api/mailboxes/{_device.PeerId}";
        Assert.Equal("""{"changed":true}""", await PostAsync(gateway, box + "/open"));
        Assert.Equal("""{"changed":false}""", await PostAsync(gateway, box + "/open"));
        Assert.Equal("""{"changed":true}""", await PostAsync(gateway, box + "/quota?items=16&bytes=100000"));
        Assert.Contains("give 0 to", await PostAsync(gateway, box + "/quota?items=99999999&bytes=0"), StringComparison.Ordinal);
        await using Libp2pNode sender = await CallAsync(gateway);
        byte[] item = [1, 0, .. new byte[100]];
        Assert.Equal(0, await AskAsync(sender, gateway, Deposit,
            [.. Wire.Bytes(1, _device.PeerId.ToBytes()), .. Wire.Bytes(5, Token()), .. Wire.Bytes(15, item)]));
        using HttpClient http = gateway.Http();
        JsonNode one = JsonNode.Parse(await http.GetStringAsync("/api/mailboxes"))!["mailboxes"]!.AsArray().Single()!;
        Assert.Equal((_device.PeerId.ToString(), 1, 102L, 16L), ((string)one["peerId"]!, (int)one["waiting"]!, (long)one["waitingBytes"]!,
            (long)one["maxItems"]!));
        Assert.Equal((1, 1L), (gateway.Core.Mailboxes!.Describe(5).Count, gateway.Core.Mailboxes.Describe(5).Messages));
        Assert.Equal("""{"removed":1}""", await PostAsync(gateway, box + "/purge"));
        Assert.Equal("""{"changed":true}""", await PostAsync(gateway, box + "/close"));
        Assert.Empty(JsonNode.Parse(await http.GetStringAsync("/api/mailboxes"))!["mailboxes"]!.AsArray());
    }

    [Fact]
    public async Task Without_its_store_there_is_no_postbox_and_status_says_why()
    {
        Directory.CreateDirectory(_folder.File("stores"));
        _folder.Write("stores/postbox.db", new string('x', 5000));
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        Assert.StartsWith("there is no postbox: ", gateway.Status.Conditions["postbox-store"], StringComparison.Ordinal);
        Assert.False(gateway.Status.Services.ContainsKey("postbox"));
        await using Libp2pNode peer = await CallAsync(gateway);
        Libp2pException refused = await Assert.ThrowsAsync<Libp2pException>(() => AskAsync(peer, gateway, Sync, []));
        Assert.Equal(Libp2pError.ProtocolRefused, refused.Error);
        Assert.Contains("there is no postbox", await PostAsync(gateway, $"/api/mailboxes/{peer.PeerId}/open"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_on_a_server_that_is_away_is_waited_for_and_the_postbox_begins_when_it_is_there()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        await server.KillAsync();
        await using GatewayHost gateway = await Gateways.StartAsync(
            _folder, ("postbox.store", server.Url + "/orchard"), ("postbox.natsReplicas", "1"));
        Assert.StartsWith($"there is no postbox: {server.Url}/orchard can't be reached", gateway.Status.Conditions["postbox-store"],
            StringComparison.Ordinal);
        await server.StartAgainAsync();
        await Gateways.UntilAsync(() => gateway.Status.Services.ContainsKey("postbox"), "the postbox begins");
        Assert.Equal($"0 mailboxes, 0 items wait, in {server.Url}/orchard", gateway.Status.Services["postbox"]);
        await Gateways.UntilAsync(() => !gateway.Status.Conditions.ContainsKey("postbox-store"), "the condition ends");
        Assert.Equal("""{"changed":true}""", await PostAsync(gateway, $"/api/mailboxes/{_device.PeerId}/open"));

        await server.KillAsync();
        await Gateways.UntilAsync(() => gateway.Status.Conditions.TryGetValue("postbox-store", out string? why)
            && why.StartsWith("the postbox waits for its store: ", StringComparison.Ordinal), "the store is missed");
        Assert.Contains(server.Url, await PostAsync(gateway, $"/api/mailboxes/{_device.PeerId}/close"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_stands_where_it_is_told_and_one_in_memory_is_none()
    {
        string file = _folder.File("mail.db");
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("postbox.store", "sqlite:" + file));
        Assert.True(File.Exists(file));
        GatewayException refused = Assert.Throws<GatewayException>(() => Gateways.Settings(_folder.Path, ("postbox.store", "memory:")));
        Assert.Contains("give sqlite:PATH or nats://", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<GatewayException>(
            () => Gateways.Settings(_folder.Path, ("postbox.store", "nats://me:secret@host:4222")));
        Assert.Contains("postbox.natsCredentials", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    private Task<GatewayHost> StartAsync(string data) => GatewayHost.StartAsync(Gateways.Settings(_folder.File(data)), logging: _ => { });

    private static async Task<Libp2pNode> CallAsync(GatewayHost gateway, Identity? identity = null)
    {
        Libp2pNode node = await Gateways.PeerAsync(identity);
        await node.DialAsync(gateway);
        return node;
    }

    private static async Task<int> AskAsync(Libp2pNode node, GatewayHost gateway, int field, byte[] body)
        => (int)Wire.NumberOf(await ReplyAsync(node, gateway, field, body), 2);

    private static async Task<List<Wire.Field>> ReplyAsync(Libp2pNode node, GatewayHost gateway, int field, byte[] body)
    {
        await using PeerStream stream = await node.OpenStreamAsync(gateway.Node.PeerId, PostboxService.ProtocolId)
            .WaitAsync(Gateways.Patience);
        MessageStream messages = new(stream, Gateways.Patience);
        await messages.WriteMessageAsync((byte[])[.. Wire.Number(1, 1), .. Wire.Bytes(field, body)]);
        byte[]? reply = await messages.ReadMessageAsync(100_000);
        stream.CompleteWrites();
        return Wire.Read(reply!);
    }

    // over the data folder's socket, as the commands do; the text of the answer, or of its error
    private static async Task<string> PostAsync(GatewayHost gateway, string path)
    {
        using ControlClient control = new(gateway.Core.Folder.Path, Gateways.Patience);
        try
        {
            return (await control.PostAsync(path)).ToJsonString();
        }
        catch (GatewayException e)
        {
            return e.Message;
        }
    }

    private byte[] Token() => SignedEnvelope.Seal(_device, DesktopCrypto.Choose(), "nanolibp2p-postbox-token",
        Encoding.ASCII.GetBytes("/postbox/token"), (byte[])[.. Wire.Fixed32(2, uint.MaxValue), .. Wire.Number(4, 1)]).Bytes.ToArray();
}
