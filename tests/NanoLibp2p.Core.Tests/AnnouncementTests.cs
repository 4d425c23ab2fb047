using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>What identify says where a node is told what to say: addresses, a signed record, and more than fits one message.</summary>
public class AnnouncementTests
{
    private static readonly Multiaddr _first = Multiaddr.Parse("/ip4/192.0.2.1/tcp/4001");
    private static readonly Multiaddr _second = Multiaddr.Parse("/ip4/192.0.2.2/tcp/4001");

    private readonly Simulation _simulation = new(1);
    private readonly TestNode _listener;
    private readonly TestNode _dialer;
    private readonly Told _told = new();
    private readonly Said _said = new();
    private Connection? _connection;

    public AnnouncementTests()
    {
        NodeOptions options = NodeOptions.Desktop();
        options.MaxConnections = 4;
        _listener = _simulation.Add(options);
        _listener.Node.Identify.Announcer = _said;
        _dialer = _simulation.Add(new NodeOptions());
        _dialer.Node.Identify.Events = _told;
    }

    [Fact]
    public void A_peer_hears_the_announced_addresses_and_the_signed_record_instead_of_the_listen_addresses()
    {
        byte[] record = Record(1, [_first]);
        _said.Now = new IdentifyAnnouncement([_first, _second], record);
        Ask();

        Assert.Equal([_first, _second], _told.Addresses);
        Assert.Equal(record, Assert.Single(_told.Fields(IdentifyField.SignedPeerRecord)));
        Assert.Single(_told.Fields(IdentifyField.ObservedAddress));
    }

    [Fact]
    public void A_record_that_fits_no_message_is_refused()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(()
            => new IdentifyAnnouncement([], new byte[IdentifyAnnouncement.MaxRecord + 1]));

        Assert.Contains("MaxRecord = 4088", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pushes_that_are_asked_for_while_one_is_under_way_come_to_one_afterwards()
    {
        _said.Now = new IdentifyAnnouncement([_first], null);
        Connect();
        _listener.Node.Identify.PushSoon(_listener.LastConnected);
        _listener.Node.Identify.PushSoon(_listener.LastConnected);
        Assert.True(_simulation.Run(() => _said.Asked == 1, 5000));

        _said.Now = new IdentifyAnnouncement([_second], null);
        for (int i = 0; i < 10; i++)
        {
            _listener.Node.Identify.PushSoon(_listener.LastConnected);
        }

        _simulation.Run(5000);

        Assert.Equal(2, _told.Ends);
        Assert.True(_told.IsWhole);
        Assert.Equal([_first, _second], _told.Addresses);
    }

    [Fact]
    public void Who_asks_while_it_is_told_has_its_answer_as_well()
    {
        _said.Now = new IdentifyAnnouncement([_first], null);
        // each has room for both
        NodeOptions options = new() { IdentifyReadings = 2 };
        TestNode dialer = _simulation.Add(options);
        dialer.Node.Identify.Events = _told;
        Connection connection = dialer.Dial(_listener.Listen());
        Assert.True(_simulation.Run(() => dialer.Connected == 1 && _listener.Connected == 1, 5000));

        for (int i = 1; i <= 5; i++)
        {
            Assert.True(dialer.Node.Identify.Ask(connection));
            _listener.Node.Identify.PushSoon(_listener.LastConnected);
            Assert.True(_simulation.Run(() => _told.Ends == 2 * i, 5000));
        }

        Assert.True(_told.IsWhole);
        Assert.Equal(10, _told.Addresses.Count);
    }

    [Fact]
    public void A_change_while_a_peer_is_slow_to_take_the_last_word_does_not_mix_the_two()
    {
        // more than a device's send buffer takes at a time
        Multiaddr[] many = Many(200);
        _said.Now = new IdentifyAnnouncement(many, null);
        Connect();
        Assert.True(_dialer.Node.Identify.Ask(_connection!));
        Assert.True(_simulation.Run(() => _said.Asked > 0, 5000));
        _said.Now = new IdentifyAnnouncement([_second], null);
        Assert.True(_simulation.Run(() => _told.Ends == 1, 20000));

        Assert.Equal(many, _told.Addresses);
        Assert.True(_told.IsWhole);
    }

    [Fact]
    public void A_protocol_that_is_added_is_in_the_next_answer()
    {
        _said.Now = new IdentifyAnnouncement([_first], null);
        Ask();
        _listener.Node.Add(new EchoProtocol());
        Assert.True(_dialer.Node.Identify.Ask(_connection!));
        Assert.True(_simulation.Run(() => _told.Ends == 2, 5000));

        string[] protocols = [.. _told.Fields(IdentifyField.Protocol).Select(System.Text.Encoding.ASCII.GetString)];
        Assert.Equal([EchoProtocol.Id], protocols.GroupBy(id => id).Where(one => one.Count() == 1).Select(one => one.Key));
    }

    private static Multiaddr[] Many(int count) => [.. Enumerable.Range(1, count).Select(port => _first.WithPort(port))];

    private byte[] Record(ulong sequence, Multiaddr[] addresses)
        => PeerRecord.Seal(_listener.Node.Identity, new ManagedCrypto(), sequence, addresses).Envelope.Bytes.ToArray();

    private void Connect()
    {
        _connection = _dialer.Dial(_listener.Listen());
        Assert.True(_simulation.Run(() => _dialer.Connected == 1 && _listener.Connected == 1, 5000));
    }

    private void Ask()
    {
        Connect();
        Assert.True(_dialer.Node.Identify.Ask(_connection!));
        Assert.True(_simulation.Run(() => _told.Ends == 1, 20000));
        Assert.True(_told.IsWhole);
    }

    private sealed class Said : IdentifyAnnouncer
    {
        public IdentifyAnnouncement? Now { get; set; }

        public int Asked { get; private set; }

        public override IdentifyAnnouncement? For(Connection connection)
        {
            Asked++;
            return Now;
        }
    }

    private sealed class Told : IdentifyEvents
    {
        private readonly List<(int Field, byte[] Value)> _fields = [];
        private readonly List<byte> _field = [];

        public int Ends { get; private set; }

        public bool IsWhole { get; private set; } = true;

        public List<Multiaddr> Addresses
            => [.. Fields(IdentifyField.ListenAddress).Select(one => Multiaddr.FromBytes(one, 0, one.Length))];

        public List<byte[]> Fields(int field) => [.. _fields.Where(one => one.Field == field).Select(one => one.Value)];

        public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last)
        {
            _field.AddRange(buffer[offset..(offset + count)]);
            if (last)
            {
                _fields.Add((field, [.. _field]));
                _field.Clear();
            }
        }

        public override void OnEnd(Connection connection, bool complete)
        {
            Ends++;
            IsWhole &= complete;
        }
    }
}
