using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Tests.Liars;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Core.Tests.Yamux;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

public class IdentifyTests
{
    [Fact]
    public void What_stands_for_all_addresses_is_told_as_those_of_the_interfaces_and_a_zone_never()
    {
        Simulation simulation = new(1);
        TestNode listener = simulation.Add(new NodeOptions());
        listener.Transport.Interfaces = ["/ip4/192.168.1.2", "/ip4/10.0.0.7", "/ip6/2001:db8::5", "/ip6/fe80::1", "/ip4/127.0.0.1"];
        foreach (string address
            in new[] { "/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4002", "/ip4/192.168.1.2/tcp/4003", "/ip6zone/eth0/ip6/fe80::1/tcp/4004" })
        {
            Assert.NotNull(listener.Node.Listen(Multiaddr.Parse(address), out LinkError _));
        }
        TestNode dialer = simulation.Add(new NodeOptions());
        Heard heard = new();
        dialer.Node.Identify.Events = heard;
        Connection connection = dialer.Dial(Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001"));
        Assert.True(simulation.Run(() => dialer.Connected == 1, 1000));

        Assert.True(dialer.Node.Identify.Ask(connection));
        Assert.True(simulation.Run(() => heard.Ends.Count == 1, 1000));

        Assert.Equal(
            ["/ip4/192.168.1.2/tcp/4001", "/ip4/10.0.0.7/tcp/4001", "/ip4/127.0.0.1/tcp/4001", "/ip6/2001:db8::5/tcp/4002",
                "/ip4/192.168.1.2/tcp/4003"],
            heard.Addresses);
    }

    [Fact]
    public void A_push_tells_the_addresses_that_the_interfaces_have_by_then()
    {
        Simulation simulation = new(1);
        TestNode listener = simulation.Add(new NodeOptions());
        listener.Transport.Interfaces = ["/ip4/192.168.1.2"];
        listener.Node.Listen(Multiaddr.Parse("/ip4/0.0.0.0/tcp/4001"), out LinkError _);
        TestNode dialer = simulation.Add(new NodeOptions());
        Heard heard = new();
        dialer.Node.Identify.Events = heard;
        Connection connection = dialer.Dial(Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001"));
        Assert.True(simulation.Run(() => dialer.Connected == 1 && listener.Connected == 1, 1000));
        Assert.True(dialer.Node.Identify.Ask(connection));
        Assert.True(simulation.Run(() => heard.Ends.Count == 1, 1000));

        listener.Transport.Interfaces = ["/ip4/192.168.1.77"];
        Assert.True(listener.Node.Identify.Push(listener.LastConnected));
        Assert.True(simulation.Run(() => heard.Ends.Count == 2, 1000));

        Assert.Equal(["/ip4/192.168.1.2/tcp/4001", "/ip4/192.168.1.77/tcp/4001"], heard.Addresses);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void An_answer_of_several_messages_is_read_to_its_end(bool wholeMessages, bool complete)
    {
        LiarScenario scenario = new();
        Heard heard = new();
        scenario.Node.Node.Identify.Events = heard;
        RawPeer peer = scenario.LiarConnects();
        Assert.True(scenario.Node.Node.Identify.Ask(scenario.Node.LastConnected));
        byte[] first = Message("go-libp2p");
        byte[] second = Message("second part");
        if (!wholeMessages)
        {
            second = second[..^1];
        }

        peer.Send(
            Frame.WithData(Frame.Ack, 2, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message(IdentifyProtocol.Id), .. first]));
        scenario.Simulation.Run(500);
        Assert.Empty(heard.Ends);
        peer.Send(Frame.WithData(Frame.Fin, 2, second));
        scenario.Simulation.Run(500);

        Assert.Equal([complete], heard.Ends);
        Assert.StartsWith("go-libp2psecond par", string.Concat(heard.Agents), StringComparison.Ordinal);
        scenario.ExpectToGoOn();
    }

    [Fact]
    public void Messages_without_end_are_not_read_for_ever()
    {
        LiarScenario scenario = new();
        Heard heard = new();
        scenario.Node.Node.Identify.Events = heard;
        RawPeer peer = scenario.LiarConnects();
        byte[] many = [.. Enumerable.Repeat(Message("x"), 11).SelectMany(message => message)];
        peer.Send(
            Frame.WithData(Frame.Syn, 1, [.. RawPeer.Message("/multistream/1.0.0"), .. RawPeer.Message(IdentifyProtocol.PushId), .. many]));
        scenario.Simulation.Run(500);

        Assert.Equal([false], heard.Ends);
        scenario.ExpectToGoOn();
    }

    private static byte[] Message(string agent) =>
        [(byte)(agent.Length + 2), (IdentifyField.AgentVersion << 3) | 2, (byte)agent.Length, .. Encoding.ASCII.GetBytes(agent)];

    private sealed class Heard : IdentifyEvents
    {
        private readonly List<byte> _field = [];

        public List<string> Addresses { get; } = [];

        public List<string> Agents { get; } = [];

        public List<bool> Ends { get; } = [];

        public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last)
        {
            _field.AddRange(buffer[offset..(offset + count)]);
            if (field == IdentifyField.AgentVersion)
            {
                Agents.Add(Encoding.ASCII.GetString(buffer, offset, count));
            }
            if (last && field == IdentifyField.ListenAddress)
            {
                Addresses.Add(Multiaddr.FromBytes([.. _field], 0, _field.Count).ToString());
            }
            if (last)
            {
                _field.Clear();
            }
        }

        public override void OnEnd(Connection connection, bool complete) => Ends.Add(complete);
    }
}
