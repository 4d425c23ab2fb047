using System;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Firmware.Tests;

public class VirtualBoardTests
{
    [Fact]
    public void A_virtual_board_publishes_the_hosts_readings_signed_over_TCP()
    {
        SystemRandom random = new();
        SystemClock clock = new();
        ManagedCrypto crypto = new();
        Node node = new(new NodeOptions(), Identity.Create(crypto, random), crypto, random) { Transport = new TcpTransport(2) };
        Listener heard = new();
        PubSubProtocol pubsub = new(new PubSubOptions()) { Events = heard };
        node.Add(pubsub);
        pubsub.Join("host");
        Multiaddr address = node.Listen(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), out LinkError error);
        Assert.Equal(LinkError.None, error);

        QueueLog log = new();
        using VirtualBoard board = new("bench", new MemoryStore(), log);
        Device device =
            SensorProgram.Create(board, DeviceSettings.Parse($"dial = {address}\ntopic = host\nevery = 50"), new DeviceOptions());
        Thread thread = new(device.Run);
        thread.Start();
        try
        {
            long end = clock.NowMs + 20_000;
            while (heard.Count < 3 && clock.NowMs < end)
            {
                long left = node.Poll(clock.NowMs) - clock.NowMs;
                if (left > 0)
                {
                    node.Transport.Wait((int)Math.Min(left, 20));
                }
            }
        }
        finally
        {
            device.Stop();
            Assert.True(thread.Join(5000));
            node.Close();
        }

        Assert.True(heard.Count >= 3, string.Join('\n', log.Lines));
        Assert.Equal(device.Node.Identity.PeerId, heard.From);
        JsonElement reading = JsonDocument.Parse(heard.First!).RootElement;
        Assert.Equal(1, reading.GetProperty("n").GetInt32());
        Assert.InRange(reading.GetProperty("t").GetInt64(), 1_700_000_000_000, 4_000_000_000_000);
        Assert.Contains($"bench is {device.Node.Identity.PeerId}", log.Lines);
    }

    private sealed class Listener : PubSubEvents
    {
        public int Count { get; private set; }

        public string? First { get; private set; }

        public PeerId? From { get; private set; }

        public override void OnMessage(Topic topic, PubSubMessage message)
        {
            First ??= Encoding.UTF8.GetString(message.Buffer, message.DataOffset, message.DataCount);
            From = message.CopyFrom();
            Count++;
        }
    }

    private sealed class QueueLog : IDeviceLog
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public void Write(string line) => Lines.Enqueue(line);
    }
}
