using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Firmware.Mail;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Postbox.Tests;
using NanoLibp2p.Tests;
using Box = NanoLibp2p.Postbox.Tests.Gateway;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>Devices that take their mail when they wake, from a gateway by script, in virtual time.</summary>
public class MailTests
{
    private readonly World _world = new();
    private readonly Postbox.Tests.Board _friend = NewFriend(0x40);
    private readonly Reader _reader = new();
    private readonly TestStore _store = new();
    private readonly Gateway _host;
    private readonly Box _box;
    private byte[][] _latest = [];
    private PeerId _device = null!;
    private TestBoard _board = null!;
    private Device _running = null!;

    public MailTests()
    {
        (_host, _box) = AddBox();
    }

    [Fact]
    public void A_board_that_wakes_asks_in_one_exchange_of_ten_bytes_and_may_sleep_when_nothing_is_there()
    {
        Wake();

        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));

        Assert.Equal(0, _reader.Ends[0]);
        Assert.Equal(10, Assert.Single(_box.Requests).Length);
        int writes = _store.Writes;
        _world.Run(1_000);
        Assert.All(_host.Host.Node.Connections, connection => Assert.False(connection.IsOpen));
        Wake();
        Assert.True(_world.Run(() => _reader.Ends.Count == 2, 10_000));

        // the numbers of its messages, and nothing of the mail
        Assert.Equal(writes + 1, _store.Writes);
        Assert.Equal(2, _box.Requests.Count);
    }

    [Fact]
    public void It_asks_again_in_the_interval_of_the_settings_over_the_connection_to_its_gateway()
    {
        _host.PubSub.Join("a");
        Device device = Wake($"dial = {_host.Address}\nmail-every = 5000");
        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));
        Put("open", 0);

        Assert.True(_world.Run(() => _reader.Heard.Count == 1, 5_500));

        _world.Run(20_000);
        Assert.InRange(_reader.Ends.Count, 5, 6);
        Assert.Single(_host.Host.Node.Connections, connection => connection.IsOpen);
        Assert.Single(device.Node.Connections);
        Assert.True(device.Sent > 20);
    }

    [Fact]
    public void Woken_ten_times_over_a_link_with_loss_and_restarts_it_gets_everything_once_in_order_and_the_latest_setpoint()
    {
        Random random = new(11);
        _world.Network.MaxDelayMs = 20;
        _latest = ["setpoint"u8.ToArray()];
        Wake();
        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));
        List<string> put = [];
        int restarts = 0;
        for (int wake = 0; wake < 10; wake++)
        {
            for (int i = 0; i < 3; i++)
            {
                int priority = random.Next(4);
                put.Add($"{priority}:{wake}.{i}" + new string('.', random.Next(3) == 0 ? 1_500 : 10));
                Put(put[^1], priority);
            }

            _friend.Clock++;
            byte[] setpoint = _friend.Seal(_device, $"setpoint {wake}",
                new LetterOptions { Subject = "setpoint"u8.ToArray(), IsLatest = true });
            _box.Items.Insert(0, new Box.Item(setpoint, 3));
            bool isLast = wake == 9;
            int before = _reader.Heard.Count;
            Device device = Wake();
            _box.CutAfter = isLast || random.Next(3) > 0 ? -1 : 700 + random.Next(1_000);
            long end = _world.NowMs + (isLast ? 60_000 : 100 + random.Next(500));
            long nextBreak = _world.NowMs + random.Next(200);
            Func<long, long> loss = now =>
            {
                if (now >= nextBreak && !isLast)
                {
                    _board.Network.LastDialed?.Break();
                    nextBreak = now + 100 + random.Next(400);
                }

                return isLast ? long.MaxValue : nextBreak;
            };
            _world.Others.Add(loss);
            _world.Run(() => _reader.Ends.LastOrDefault(-1) == 0 && _box.Items.Count == 0, (int)(end - _world.NowMs));
            _world.Others.Remove(loss);

            // whatever it was doing, its power goes
            restarts += _box.Items.Count > 0 ? 1 : 0;
            _world.Remove(device);
            _board.Network.LastDialed?.Break();
            Assert.Equal(_reader.Heard.Skip(before).Where(body => body[1] == ':').Select(body => body[0]).OrderDescending(),
                _reader.Heard.Skip(before).Where(body => body[1] == ':').Select(body => body[0]));
        }

        Assert.InRange(restarts, 3, 9);
        Assert.Empty(_box.Items);
        Assert.Empty(_reader.Again);
        Assert.Equal(put.Order(), _reader.Heard.Where(body => body[1] == ':').Order());
        int[] setpoints = [.. _reader.Heard.Where(body => body[1] != ':').Select(body => int.Parse(body[9..]))];
        Assert.Equal(setpoints.Order().Distinct(), setpoints);
        Assert.Equal(9, setpoints[^1]);
        Assert.True(setpoints.Length < 10, "some were late by the time the board woke");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rebooted_at_any_write_to_its_store_it_hands_each_message_on_once_or_says_that_it_may_have_before(bool cutsAfter)
    {
        string[] bodies = [new string('a', 1_400), "b", new string('c', 900)];
        int cuts = 0;
        while (true)
        {
            MailTests one = new();
            one.Wake();
            Assert.True(one._world.Run(() => one._reader.Ends.Count == 1, 10_000));
            one.Sleep();
            for (int i = 0; i < bodies.Length; i++)
            {
                one.Put(bodies[i], 3 - i);
            }

            one._store.CutAt = one._store.Writes + cuts + 1;
            one._store.CutsAfter = cutsAfter;
            bool isCut = false;
            try
            {
                one.Wake();
                Assert.True(one._world.Run(() => one._reader.Ends.Count == 2, 30_000));
            }
            catch (TestStore.PowerCut)
            {
                isCut = true;
            }

            one.Sleep();
            one._store.CutAt = 0;
            one.Wake();
            Assert.True(one._world.Run(() => one._box.Items.Count == 0 && one._reader.Ends.LastOrDefault(-1) == 0, 60_000));
            Assert.Equal(bodies, one._reader.Heard.Concat(one._reader.Again).Distinct().Order());
            Assert.Equal(one._reader.Heard.Count, one._reader.Heard.Distinct().Count());
            Assert.InRange(one._reader.Again.Count, 0, 1);
            if (!isCut)
            {
                break;
            }

            cuts++;
        }

        // numbers of messages, blocks, entries, what was handed on and acknowledged
        Assert.InRange(cuts, 8, 20);
    }

    [Fact]
    public void Only_those_in_the_settings_may_write_and_others_are_told()
    {
        Postbox.Tests.Board stranger = NewFriend(0x41);
        Wake($"mail-from = {_friend.Identity.PeerId}");
        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));
        Sleep();
        _box.Items.Add(new Box.Item(stranger.Seal(_device, "open"), 3));
        Put("close", 0);

        Wake($"mail-from = {_friend.Identity.PeerId}");
        Assert.True(_world.Run(() => _reader.Ends.Count == 2, 10_000));

        Assert.Equal(["close"], _reader.Heard);
        Assert.Equal(2, _box.Acks.Count);
        Assert.Contains(_box.Acks, ack => ack.Outcome != 0);
    }

    [Fact]
    public void A_gateway_that_is_gone_leaves_its_turn_to_the_next_and_is_asked_again_with_pauses_that_grow()
    {
        (Gateway second, Box other) = AddBox();
        _host.GoAway();
        Wake($"mailbox = {second.Address}");
        Assert.True(_world.Run(() => _reader.Ends.Count == 2, 10_000));
        Assert.Single(other.Requests);
        Assert.Equal([PostboxResult.NoAnswer, 0], _reader.Ends);
        Assert.Contains(_board.Lines, line => line.EndsWith("no mail from the mailbox: the gateway did not answer, or is no postbox"));

        second.GoAway();
        _world.Run(3_600_000);
        Assert.InRange(_reader.Ends.Count, 60, 200);
        Assert.Equal(2, _board.Lines.Count(line => line.Contains("no mail from the mailbox")));
    }

    [Fact]
    public void Without_a_mailbox_there_the_handler_may_have_one_made()
    {
        _box.Script = (kind, _, serial) => kind == 4 && _box.Record == null ? Box.Refuse(serial, 404) : null;
        Wake();
        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));
        Assert.Equal(404, _reader.Ends[0]);
        Assert.Contains(_board.Lines, line =>
            line.EndsWith($"the gateway has none for this device; make one there: nanolibp2p gateway mailbox open {_device}"));
        Sleep();

        MailDevice made = NewDevice();
        PostboxSender? sender = null;
        _reader.Opens = gateway =>
        {
            sender ??= new PostboxSender(made.Client, new PostboxSenderOptions { Gateways = [Multiaddr.Parse(_host.Address)] });
            return sender.SignRecord() >= 0 && sender.Configure(gateway);
        };
        Wake(made);
        Assert.True(_world.Run(() => _reader.Ends.Count == 2, 10_000));
        Assert.Equal(0, _reader.Ends[1]);
        Assert.NotNull(_box.Record);
    }

    [Theory]
    [InlineData(400, "bring the older one up to date")]
    [InlineData(407, "the gateway gives this device none; admit it there: nanolibp2p gateway token {0}")]
    [InlineData(408, "sign it anew")]
    [InlineData(501, "raise mail-every")]
    [InlineData(503, "nanolibp2p gateway status")]
    public void A_refusal_is_told_in_words_with_what_to_do(int code, string told)
    {
        _box.Script = (_, _, serial) => Box.Refuse(serial, (uint)code);
        Wake();
        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));
        Assert.Contains(_board.Lines, line => line.EndsWith(string.Format(told, _device)));
    }

    [Fact]
    public void A_device_that_follows_hears_of_new_mail_at_once_and_asks_again_when_the_connection_is_gone()
    {
        Wake("mail-follow = on");
        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));
        _world.Run(5_000);
        Put("now", 0);
        _box.Hint(Wire.Delimited(Wire.Bytes(10, Wire.Number(1, 1))));
        Assert.True(_world.Run(() => _reader.Heard.Count == 1, 1_000));

        _board.Network.LastDialed!.Break();
        Put("later", 0);
        Assert.True(_world.Run(() => _reader.Heard.Count == 2, 5_000));
    }

    [Fact]
    public void A_hint_that_comes_together_with_the_last_reply_is_heard()
    {
        Wake("mail-follow = on\nmail-every = 600000");
        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));
        _box.Script = (kind, _, serial) =>
        {
            // what was asked has its answer, then something comes, and its hint is in the same record
            Put("now", 0);
            _box.Script = null;
            return [.. Box.Reply(serial, 10, Wire.Number(1, 0)), .. Wire.Delimited(Wire.Bytes(10, Wire.Number(1, 1)))];
        };
        _box.Hint(Wire.Delimited(Wire.Bytes(10, Wire.Number(1, 1))));
        Assert.True(_world.Run(() => _reader.Heard.Count == 1, 10_000));
    }

    [Fact]
    public void A_store_that_takes_no_write_is_told_and_nothing_is_lost()
    {
        Wake("mail-every = 5000");
        Assert.True(_world.Run(() => _reader.Ends.Count == 1, 10_000));
        Put("kept", 0);
        _store.IsFull = true;
        Assert.True(_world.Run(() => _reader.Ends.Count == 3, 60_000));
        Assert.Empty(_reader.Heard);
        Assert.Empty(_box.Acks);
        Assert.Contains(_board.Lines, line =>
            line.EndsWith("the board's store took no write, so nothing was acknowledged; make room in it"));

        _store.IsFull = false;
        Assert.True(_world.Run(() => _reader.Heard.Count == 1, 60_000));
    }

    [Fact]
    public void The_shell_around_the_client_takes_less_than_600_bytes_of_a_boards_heap()
    {
        Device bare = SensorProgram.Create(new TestBoard(_world.Network), DeviceSettings.Parse("topic = a"), new DeviceOptions());
        int without = LiveHeap.Measure(bare, IsOthers).Values.Sum();
        MailDevice made = NewDevice();
        Device device = made.Create(new TestBoard(_world.Network),
            DeviceSettings.Parse($"topic = a\ndial = {_host.Address}\nmailbox = {_host.Address}"));
        int with = LiveHeap.Measure(device, IsOthers).Values.Sum();
        int client = LiveHeap.Measure(made.Client, item => IsOthers(item) || item is Node or Device or MailHandler).Values.Sum();

        Assert.InRange(with - without - client, 300, 600);

        static bool IsOthers(object item) => item is string or IRandom or Multiaddr or PeerId or IDeviceLog or IStore
            or MemoryTransport or CryptoProvider or Identity;
    }

    [Fact]
    public void Settings_that_can_be_no_mailbox_are_refused_with_what_to_write()
    {
        TestBoard board = new(_world.Network);
        Assert.Contains("no TCP address with a peer id",
            Assert.Throws<ArgumentException>(() => Make("mailbox = /ip4/1.2.3.4/tcp/1")).Message);
        Assert.Throws<FormatException>(() => Make("mailbox = here"));
        Assert.Throws<FormatException>(() => Make($"mailbox = {_host.Address}\nmail-from = 12D3"));
        Make("topic = a\nmail-from = " + _friend.Identity.PeerId);
        Assert.DoesNotContain(board.Lines, line => line.Contains("unknown"));

        Device Make(string text) => new MailDevice(_reader).Create(board, DeviceSettings.Parse(text));
    }

    private static Postbox.Tests.Board NewFriend(byte first)
    {
        byte[] seed = new byte[32];
        seed[0] = first;
        return new Postbox.Tests.Board(new Simulation(first), seed);
    }

    private (Gateway Host, Box Box) AddBox()
    {
        TestNode node = new(_world.Network, new NodeOptions { MaxConnections = 4, MaxStreams = 32, LargeRecordBytes = 0 });
        Box box = new();
        node.Node.Add(box);
        Gateway host = _world.AddGateway(node);
        host.Listen();
        return (host, box);
    }

    private void Put(string body, int priority)
        => _box.Items.Add(new Box.Item(_friend.Seal(_device, body), priority));

    private MailDevice NewDevice()
    {
        MailDevice made = new(_reader);
        made.Options.Latest = _latest;
        return made;
    }

    private Device Wake(string settings = "") => Wake(NewDevice(), settings);

    // the board starts, with what its store has from before
    private Device Wake(MailDevice made, string settings = "")
    {
        _board = new TestBoard(_world.Network, 1, _store) { Date = Vectors.Sent * 1000L };
        Device device = made.Create(_board, DeviceSettings.Parse($"topic = a\nevery = 1000\nmailbox = {_host.Address}\n{settings}"));
        _device = device.Node.Identity.PeerId;
        _running = device;
        return _world.Add(device);
    }

    // its power goes
    private void Sleep()
    {
        _world.Remove(_running);
        _board.Network.LastDialed?.Break();
    }
}
