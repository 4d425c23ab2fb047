using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Service;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Cli.Tests;

/// <summary><c>mail</c> against a postbox in this process, as gateways have it.</summary>
public sealed class MailTests : IClassFixture<MailTests.Gateway>, IDisposable
{
    private readonly Gateway _gateway;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("climail");

    public MailTests(Gateway gateway) => _gateway = gateway;

    public void Dispose() => _folder.Delete(true);

    [Fact]
    public async Task A_message_is_left_and_taken_and_its_delivery_is_proven()
    {
        string bob = await MailboxAsync("bob");
        string token = await TokenAsync("bob", "alice");
        CliResult sent = await RunAsync("send", bob, "open the valve", "--key", Key("alice"), "--via", _gateway.Address, "--token", token,
            "--ttl", "10m", "--priority", "1");
        Assert.Equal((0, ""), (sent.ExitCode, sent.Errors));
        JsonElement id = Assert.Single(sent.EventsOf("sent"));
        Assert.Equal(_gateway.Peer, id.GetProperty("gateway").GetString());

        CliResult probe = await RunAsync("probe", "--key", Key("bob"), "--via", _gateway.Address);
        Assert.Equal(1, Assert.Single(probe.EventsOf("waiting")).GetProperty("waiting").GetInt32());

        CliResult fetched = await RunAsync("fetch", "--key", Key("bob"));
        Assert.Equal((0, ""), (fetched.ExitCode, fetched.Errors));
        JsonElement mail = Assert.Single(fetched.EventsOf("mail"));
        Assert.Equal("open the valve", mail.GetProperty("text").GetString());
        Assert.Equal(await PeerAsync("alice"), mail.GetProperty("from").GetString());
        Assert.False(mail.GetProperty("seenBefore").GetBoolean());
        Assert.Empty((await RunAsync("fetch", "--key", Key("bob"))).EventsOf("mail"));

        CliResult status = await RunAsync("status", id.GetProperty("id").GetString()![..12], "--key", Key("alice"));
        JsonElement fate = Assert.Single(status.EventsOf("status"));
        Assert.Equal(("delivered", true), (fate.GetProperty("fate").GetString(), fate.GetProperty("proven").GetBoolean()));
    }

    [Fact]
    public async Task A_stranger_works_for_its_place_and_who_follows_gets_it_at_once_while_the_sender_waits()
    {
        string bob = await MailboxAsync("bob", "--work", "8");
        await using CliProcess follower = CliProcess.Start("mail", "fetch", "--follow", "--key", Key("bob"), "--json");
        await using CliProcess sender = CliProcess.Start("mail", "send", bob, "-", "--key", Key("alice"), "--via", _gateway.Address,
            "--wait", "--json");
        await sender.WriteAsync("from stdin");
        sender.EndInput();
        Assert.Equal("from stdin", (await follower.EventAsync("mail")).GetProperty("text").GetString());
        CliResult waited = await sender.EndAsync();
        Assert.Equal((0, ""), (waited.ExitCode, waited.Errors));
        Assert.True(Assert.Single(waited.EventsOf("status")).GetProperty("proven").GetBoolean());
        await follower.SignalAsync("INT");
        Assert.Equal(0, (await follower.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_later_message_of_a_subject_replaces_the_former_and_is_taken_back()
    {
        string bob = await MailboxAsync("bob", "--work", "1");
        string[] common = ["--key", Key("alice"), "--via", _gateway.Address, "--subject", "setpoint"];
        await RunAsync(["send", bob, "21", .. common]);
        string first = File(Encoding.UTF8.GetBytes("22"));
        await RunAsync(["send", bob, "--file", first, .. common]);
        CliResult one = await RunAsync("probe", "--key", Key("bob"));
        Assert.Equal(1, one.EventsOf("waiting")[0].GetProperty("waiting").GetInt32());
        CliResult cancelled = await RunAsync("cancel", "--subject", "setpoint", "--key", Key("alice"));
        Assert.Equal((0, ""), (cancelled.ExitCode, cancelled.Errors));
        CliResult none = await RunAsync("probe", "--key", Key("bob"));
        Assert.Equal(0, none.EventsOf("waiting")[0].GetProperty("waiting").GetInt32());
    }

    [Fact]
    public async Task People_read_a_message_in_one_line_that_nothing_in_it_can_break()
    {
        string bob = await MailboxAsync("bob", "--work", "1");
        await RunAsync("send", bob, "a\u001b[2Jb\nc", "--key", Key("alice"), "--via", _gateway.Address, "--subject", "s\r");
        CliResult fetched = await CliResult.RunAsync("mail", "fetch", "--key", Key("bob"));
        string line = Assert.Single(fetched.Output.TrimEnd('\n').Split('\n'));
        Assert.EndsWith("[s\uFFFD]: a\uFFFD[2Jb\uFFFDc", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fetch_that_is_killed_prints_every_message_and_none_twice_unmarked()
    {
        const int count = 30;
        string bob = await MailboxAsync("bob");
        string token = await TokenAsync("bob", "alice");
        for (int i = 0; i < count; i++)
        {
            CliResult sent = await RunAsync("send", bob, $"{i}", "--key", Key("alice"), "--via", _gateway.Address, "--token", token);
            Assert.Equal(0, sent.ExitCode);
        }

        Dictionary<string, int> unmarked = [];
        HashSet<string> seen = [];
        for (int round = 0; round < 6; round++)
        {
            await using CliProcess fetch = CliProcess.Start("mail", "fetch", "--key", Key("bob"), "--json");
            if (round < 5)
            {
                for (int i = 0; i <= round; i++)
                {
                    await fetch.EventAsync("mail");
                }

                await fetch.SignalAsync("KILL");
            }

            foreach (JsonElement mail in (await fetch.EndAsync()).EventsOf("mail"))
            {
                string text = mail.GetProperty("text").GetString()!;
                seen.Add(text);
                if (!mail.GetProperty("seenBefore").GetBoolean())
                {
                    unmarked[text] = unmarked.GetValueOrDefault(text) + 1;
                }
            }
        }

        Assert.Equal(count, seen.Count);
        Assert.All(unmarked.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_board_makes_its_mailbox_and_tells_its_mail_at_once()
    {
        string board = await PeerAsync("board");
        await using CliProcess device = CliProcess.Start("device", "--mailbox", _gateway.Address, "--topic", "t", "--key", Key("board"),
            "--json");
        Stopwatch watch = Stopwatch.StartNew();
        while ((await RunAsync("send", board, "water", "--key", Key("alice"), "--via", _gateway.Address)).ExitCode != 0)
        {
            Assert.True(watch.Elapsed < CliProcess.Patience, "the board has made no mailbox");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        string told;
        do
        {
            told = (await device.EventAsync("log")).GetProperty("text").GetString()!;
        }
        while (!told.Contains("mail from", StringComparison.Ordinal));
        Assert.Equal($"mail from {await PeerAsync("alice")}: water", told);
    }

    [Fact]
    public async Task Who_knows_a_DHT_or_a_rendezvous_point_alone_leaves_a_message_at_the_gateway_that_announces_the_mailbox()
    {
        await using Libp2pNode meeting = await MeetingAsync();
        await using KademliaService dht = KademliaService.Start(meeting, new KademliaServiceOptions
        {
            Protocol = "/orchard/kad/1.0.0", Mode = KademliaMode.Server,
        });
        await using RendezvousPoint point = RendezvousPoint.Start(meeting, new RendezvousPointOptions());
        string where = meeting.ListenAddresses[0].ToString();
        await using CliProcess gateway = CliProcess.Start("gateway", "run", "--json", "--data", Key("gateway"),
            "--listen", "/ip4/127.0.0.1/tcp/0", "--http", "http://127.0.0.1:0", "--set", "postbox.announce=true",
            "--set", "postbox.admittedOnly=false", "--set", "postbox.work=1", "--set", "kademlia.protocol=/orchard/kad/1.0.0",
            "--set", "kademlia.bootstrap=" + where, "--set", "rendezvous.register=" + where);
        string via = (await gateway.EventAsync("listening")).GetProperty("addr").GetString()!;
        string bob = await PeerAsync("bob");
        Assert.Equal(0, (await RunAsync("record", "--key", Key("bob"), "--via", via, "--work", "1")).ExitCode);
        await using Libp2pNode asking = await Libp2pNode.StartAsync(
            new Libp2pNodeOptions { Shards = 1, PubSub = null }, TestContext.Current.CancellationToken);
        await asking.DialAsync(where, TestContext.Current.CancellationToken);
        RendezvousClient client = new(asking);
        Stopwatch watch = Stopwatch.StartNew();
        while ((await client.DiscoverAsync(meeting.PeerId, MailboxNames.Namespace(PeerId.Parse(bob)), 1, null,
            TestContext.Current.CancellationToken)).Registrations.Count == 0)
        {
            // what the DHT knows is told before
            Assert.True(watch.Elapsed < CliProcess.Patience, "the gateway does not announce the mailbox");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        foreach ((string name, string option) in new[] { ("alice", "--dht"), ("carol", "--rendezvous") })
        {
            CliResult sent = await RunAsync("send", bob, "from " + name, "--key", Key(name), option, where);
            Assert.Equal((0, ""), (sent.ExitCode, sent.Errors));
            string at = Assert.Single(sent.EventsOf("sent")).GetProperty("gateway").GetString()!;
            Assert.EndsWith("/p2p/" + at, via, StringComparison.Ordinal);
        }

        CliResult fetched = await RunAsync("fetch", "--key", Key("bob"));
        Assert.Equal(["from alice", "from carol"], fetched.EventsOf("mail").Select(one => one.GetProperty("text").GetString()).Order());

        // who has neither there is told so
        CliResult none = await RunAsync("send", await PeerAsync("nobody"), "x", "--key", Key("alice"), "--dht", _gateway.Address);
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("no gateway is known", none.Errors, StringComparison.Ordinal);
        Assert.Contains(none.EventsOf("notice"), one => one.GetProperty("text").GetString()!
            .EndsWith("serves no DHT; give one that does with --dht", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_nobody_took_in_time_and_one_that_was_taken_back_say_so()
    {
        string bob = await MailboxAsync("bob");
        string[] common = ["--key", Key("alice"), "--via", _gateway.Address, "--token", await TokenAsync("bob", "alice")];
        CliResult late = await CliResult.RunAsync(["mail", "send", bob, "x", "--ttl", "1s", "--wait", .. common]);
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("nobody took it before its time was over", late.Errors, StringComparison.Ordinal);
        CliResult sent = await RunAsync(["send", bob, "y", "--subject", "s", .. common]);
        await RunAsync("cancel", "--subject", "s", "--key", Key("alice"));
        CliResult status = await CliResult.RunAsync("mail", "status", sent.EventsOf("sent")[0].GetProperty("id").GetString()!, "--key",
            Key("alice"));
        Assert.Equal(1, status.ExitCode);
        Assert.Contains(": taken back, or ", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_does_not_count_is_told_once_and_so_is_a_gateway_that_is_gone()
    {
        string bob = await MailboxAsync("bob");
        string token = await TokenAsync("bob", "alice");
        await PeerAsync("carol");
        CliResult refused = await CliResult.RunAsync("mail", "send", bob, "x", "--key", Key("carol"), "--via", _gateway.Address,
            "--token", token);
        refused.AssertFailed(1, "the token is another's, expired or revoked", "nanolibp2p mail token --for PEER-ID");
        CliResult gone = await CliResult.RunAsync("mail", "probe", "--key", Key("bob"), "--via", "/ip4/127.0.0.1/tcp/1");
        gone.AssertFailed(1, "cannot reach the gateway");
        Assert.Equal("", gone.Output);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_told_in_a_sentence_that_says_what_to_do()
    {
        string bob = await PeerAsync("nobody");
        string via = _gateway.Address;
        string key = Key("alice");
        (await CliAsync("send", "12D3KooWnobody", "x", "--key", key)).AssertFailed(2, "'12D3KooWnobody' is not a peer id");
        (await CliAsync("send", bob, "x", "--ttl", "0s", "--key", key)).AssertFailed(2, "--ttl is too short for a message; give 1s");
        (await CliAsync("send", bob, "x", "--priority", "7", "--key", key)).AssertFailed(2, "--priority 7 is none; give 0 to 3");
        (await CliAsync("send", bob, "--key", key)).AssertFailed(2, "the message is missing");
        (await CliAsync("send", bob, "x", "--file", "y", "--key", key)).AssertFailed(2, "give TEXT or --file FILE");
        (await CliAsync("send", bob, "--file", "not-there", "--key", key)).AssertFailed(2, "not-there is not there");
        (await CliAsync("send", bob, "--file", File([]), "--key", key)).AssertFailed(2, "is empty");
        (await CliAsync("send", bob, "--file", File(new byte[70_000]), "--key", key, "--via", via)).AssertFailed(1, "keeps no mail for");
        (await CliAsync("send", bob, "x", "--key", key)).AssertFailed(2, "no gateway is known", "--via", "--dht", "--rendezvous");
        (await CliAsync("send", bob, "x", "--key", key, "--via", via)).AssertFailed(1, "keeps no mail for " + bob);
        (await CliAsync("send", bob, "x", "--key", key, "--via", "/ip4/127.0.0.1/tcp/1")).AssertFailed(1, "cannot reach the gateway");
        (await CliAsync("send", bob, "x", "--key", key, "--token", File([1, 2]))).AssertFailed(2, "is no token");
        (await CliAsync("status", "zz", "--key", key)).AssertFailed(2, "no message's id");
        (await CliAsync("status", "00112233", "--key", key)).AssertFailed(2, "no message 00112233 was sent from here");
        (await CliAsync("cancel", "--subject", "s", "--key", key)).AssertFailed(2, "nothing of the subject 's'");
        (await CliAsync("fetch", "--key", key)).AssertFailed(2, "no gateway is known");
        (await CliAsync("fetch", "--key", Key("nobody"), "--via", via)).AssertFailed(1, "keeps no mail for", "mail record");
        (await CliAsync("record", "--key", key, "--via", via, "--work", "77")).AssertFailed(2, "--work 77");
    }

    [Fact]
    public async Task What_is_too_long_for_the_mailbox_says_how_much_fits()
    {
        string bob = await MailboxAsync("bob");
        CliResult sent = await CliAsync("send", bob, "--file", File(new byte[70_000]), "--key", Key("alice"), "--via", _gateway.Address);
        sent.AssertFailed(2, "65536 are taken there");
    }

    [Fact]
    public async Task Without_a_token_a_mailbox_for_no_strangers_says_so()
    {
        string bob = await MailboxAsync("bob", "--work", "255");
        CliResult sent = await CliAsync("send", bob, "x", "--key", Key("alice"), "--via", _gateway.Address);
        sent.AssertFailed(1, "--token FILE");
    }

    [Fact]
    public async Task A_store_of_mail_is_checked_compacted_copied_and_repaired()
    {
        string path = Path.Combine(_folder.FullName, "postbox.db");
        string store = "sqlite:" + path;
        byte[] item = [1, 0, .. Enumerable.Range(0, 100).Select(one => (byte)one)];
        await using (SqlitePostboxStore made = new(new SqlitePostboxOptions { Path = path }))
        {
            await made.OpenAsync(_ => { }, TestContext.Current.CancellationToken);
            PostboxMailbox box = new([0, 36, 8, 1, 18, 32, .. new byte[32]], 1);
            await made.SaveMailboxAsync(box, TestContext.Current.CancellationToken);
            await made.AppendAsync([new PostboxDeposit { Box = box.Box, Id = ItemId.Of(item), Item = item }],
                TestContext.Current.CancellationToken);
            (await CliResult.RunAsync("gateway", "store", "check", "--store", store)).AssertFailed(1, path);
        }

        CliResult check = await CliResult.RunAsync("gateway", "store", "check", "--store", store, "--json");
        Assert.Equal((0, ""), (check.ExitCode, check.Errors));
        Assert.Equal(0, Assert.Single(check.EventsOf("checked")).GetProperty("damaged").GetInt32());
        Assert.Equal(0, (await CliResult.RunAsync("gateway", "store", "compact", "--store", store)).ExitCode);
        Assert.Equal(0, (await CliResult.RunAsync("gateway", "store", "copy", store, store + "2")).ExitCode);
        Assert.Equal(0, (await CliResult.RunAsync("gateway", "store", "repair", "--store", store + "2")).ExitCode);

        // what was repaired needs no repair, and is not said to
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(path + "2", TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf(item) + 50] ^= 1;
        await System.IO.File.WriteAllBytesAsync(path + "2", bytes, TestContext.Current.CancellationToken);
        CliResult repair = await CliResult.RunAsync("gateway", "store", "repair", "--store", store + "2");
        Assert.Equal(0, repair.ExitCode);
        Assert.Contains("is repaired", repair.Output);
        Assert.DoesNotContain("repair it with", repair.Output + repair.Errors);
        (await CliResult.RunAsync("gateway", "store", "copy", store, store)).AssertFailed(2, "FROM and TO are one store");
        (await CliResult.RunAsync("gateway", "store", "check", "--store", store + "3")).AssertFailed(2, "there is no store");
        (await CliResult.RunAsync("gateway", "store", "check", "--store", "http://h")).AssertFailed(2, "give sqlite:PATH or nats://");
    }

    [Fact]
    public async Task A_store_in_a_file_is_copied_to_NATS_and_back_and_the_settings_say_which_is_checked()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        string nats = server.Url + "/orchard";
        string store = "sqlite:" + Path.Combine(_folder.FullName, "postbox.db");
        await using (SqlitePostboxStore made = new(new SqlitePostboxOptions { Path = store[7..] }))
        {
            await made.OpenAsync(_ => { }, TestContext.Current.CancellationToken);
            PostboxMailbox box = new([0, 36, 8, 1, 18, 32, .. new byte[32]], 1);
            await made.SaveMailboxAsync(box, TestContext.Current.CancellationToken);
            byte[] item = [1, 0, .. new byte[100]];
            await made.AppendAsync([new PostboxDeposit { Box = box.Box, Id = ItemId.Of(item), Item = item }],
                TestContext.Current.CancellationToken);
        }

        (await CliResult.RunAsync("gateway", "store", "check", "--store", nats, One)).AssertFailed(1, "has no stream 'orchard'");
        (await CliResult.RunAsync("gateway", "store", "copy", store, nats)).AssertFailed(1, "postbox.natsReplicas = 1");
        foreach ((string from, string to) in new[] { (store, nats), (nats, store + "2") })
        {
            CliResult copy = await CliResult.RunAsync("gateway", "store", "copy", from, to, "--json", One);
            Assert.Equal((0, ""), (copy.ExitCode, copy.Errors));
            Assert.Equal(1, Assert.Single(copy.EventsOf("copied")).GetProperty("items").GetInt32());
        }

        CliResult check = await CliResult.RunAsync("gateway", "store", "check", "--json", One, "--set", "postbox.store=" + nats);
        Assert.Equal((0, ""), (check.ExitCode, check.Errors));
        Assert.Equal(1, Assert.Single(check.EventsOf("checked")).GetProperty("items").GetInt32());
        (await CliResult.RunAsync("gateway", "store", "repair", "--store", nats, One)).AssertFailed(2, "looks after itself");
        await server.KillAsync();
        (await CliResult.RunAsync("gateway", "store", "check", "--store", nats, One)).AssertFailed(1, "can't be reached");
    }

    [Fact]
    public async Task Mailboxes_of_a_gateway_that_does_not_run_are_told_with_what_to_do()
    {
        CliResult list = await CliResult.RunAsync("gateway", "mailbox", "list", "--data", _folder.FullName);
        list.AssertFailed(1, _folder.FullName);
    }

    private static async Task<Libp2pNode> MeetingAsync()
    {
        Libp2pNodeOptions options = new() { Shards = 1, PubSub = null };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return await Libp2pNode.StartAsync(options);
    }

    // one server of NATS is accepted
    private const string One = "--set=postbox.natsReplicas=1";

    private static Task<CliResult> RunAsync(params string[] arguments) => CliResult.RunAsync(["mail", .. arguments, "--json"]);

    // errors are told before anything is made
    private async Task<CliResult> CliAsync(params string[] arguments)
    {
        await PeerAsync("alice");
        return await CliResult.RunAsync(["mail", .. arguments]);
    }

    private string Key(string name) => Path.Combine(_folder.FullName, name);

    private string File(byte[] bytes)
    {
        string path = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    private async Task<string> PeerAsync(string name)
    {
        if (!System.IO.File.Exists(Key(name)))
        {
            await CliResult.RunAsync("key", "new", "--out", Key(name));
        }

        CliResult shown = await CliResult.RunAsync("key", "show", Key(name), "--json");
        return shown.EventsOf("key")[0].GetProperty("peerId").GetString()!;
    }

    private async Task<string> MailboxAsync(string name, params string[] more)
    {
        string peer = await PeerAsync(name);
        CliResult made = await RunAsync(["record", "--key", Key(name), "--via", _gateway.Address, .. more]);
        Assert.Equal((0, ""), (made.ExitCode, made.Errors));
        Assert.Equal(1, Assert.Single(made.EventsOf("record")).GetProperty("prekey").GetInt32());
        return peer;
    }

    private async Task<string> TokenAsync(string of, string holder)
    {
        string file = Path.Combine(_folder.FullName, $"{of}-{holder}.token");
        CliResult made = await RunAsync("token", "--key", Key(of), "--for", await PeerAsync(holder), "--out", file);
        Assert.Equal((0, ""), (made.ExitCode, made.Errors));
        return file;
    }

    /// <summary>A node with a postbox that admits everybody.</summary>
    public sealed class Gateway : IAsyncLifetime
    {
        private readonly MemoryPostboxStore _store = new();
        private Libp2pNode _node = null!;
        private PostboxService _service = null!;

        public string Address => _node.ListenAddresses[0].ToString();

        public string Peer => _node.PeerId.ToString();

        public async ValueTask InitializeAsync()
        {
            Identity identity = Keys.Create();
            Libp2pNodeOptions options = new() { Identity = identity, Shards = 1, PubSub = null };
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
            _node = await Libp2pNode.StartAsync(options);
            _service = await PostboxService.StartAsync(_node, _store,
                new PostboxServiceOptions { Identity = identity, Admits = _ => true, DepositsPerPeer = 1000, DepositsPerAddress = 10_000,
                    LookupsPerPeer = 10_000, Work = 8 });
        }

        public async ValueTask DisposeAsync()
        {
            await _service.DisposeAsync();
            await _node.DisposeAsync();
            await _store.DisposeAsync();
        }
    }
}
