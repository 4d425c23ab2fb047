using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>A peer that subscribes and writes down what it hears. It can go away and come back at the same address.</summary>
internal sealed class Gateway : PubSubEvents
{
    private readonly string _place;

    public Gateway(TestNode host, int port, params string[] topics)
    {
        _place = $"/ip4/127.0.0.1/tcp/{port}";
        Host = host;
        PubSub = new PubSubProtocol(new PubSubOptions { MaxTopics = 8 }) { Events = this };
        Host.Node.Add(PubSub);
        Streams = new StreamTap(Host.Node, PubSub);
        foreach (string topic in topics)
        {
            PubSub.Join(topic);
        }
    }

    public static NodeOptions Sizes => new() { MaxConnections = 4, RecordBytes = 4096 };

    public TestNode Host { get; }

    public PubSubProtocol PubSub { get; }

    /// <summary>What it does with the streams that others opened to it.</summary>
    public StreamTap Streams { get; }

    /// <summary>Texts heard, in order.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>Set to have messages counted and not kept.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Who else hears of a message.</summary>
    public Action<PubSubMessage>? Told { get; set; }

    /// <summary>Messages that came for a topic that it had left.</summary>
    public int CameTooLate { get; private set; }

    public int Messages { get; private set; }

    public bool LastWasSigned { get; private set; }

    /// <summary>The address with its peer id.</summary>
    public string Address => $"{_place}/p2p/{Host.Node.Identity.PeerId}";

    /// <summary>Values of the sensor's count, in the order in which they were heard.</summary>
    public IEnumerable<int> Counts
    {
        get
        {
            foreach (string text in Heard)
            {
                yield return JsonDocument.Parse(text).RootElement.GetProperty("count").GetInt32();
            }
        }
    }

    public void Listen()
    {
        Host.Node.Listen(Multiaddr.Parse(_place), out LinkError error);
        Assert.Equal(LinkError.None, error);
    }

    public void GoAway() => Host.Node.Close();

    public override void OnMessage(Topic topic, PubSubMessage message)
    {
        Messages++;
        LastWasSigned = message.IsSigned;
        Told?.Invoke(message);
        if (!IsDeaf)
        {
            Heard.Add(Encoding.UTF8.GetString(message.Buffer, message.DataOffset, message.DataCount));
        }
    }

    public override void OnDropped(Connection connection, DropReason reason)
    {
        if (reason == DropReason.NotSubscribed)
        {
            CameTooLate++;
        }
    }
}
