using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Boards.Meadow;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Mono.Tests;

/// <summary>The netstandard2.1 assemblies and the Meadow board, run by Mono, which is what Meadow runs them with.</summary>
public class MeadowTests
{
    [WithMonoFact]
    public void The_cryptography_gives_its_known_answers_skipped_without_Mono() =>
        Assert.Contains("self-test True", MonoProcess.Run(null, "self-test"));

    [WithMonoFact]
    public void The_boards_random_numbers_come_from_the_systems_device_skipped_without_Mono()
    {
        IReadOnlyList<string> first = MonoProcess.Run(null, "random");
        Assert.Contains("weakness: none", first);
        Assert.NotEqual(first[^1], MonoProcess.Run(null, "random")[^1]);
    }

    [WithMonoFact]
    public void A_Meadow_board_joins_makes_an_identity_and_publishes_to_a_listener_skipped_without_Mono()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nanolibp2p-meadow");
        try
        {
            ManagedCrypto crypto = new();
            DeviceRandom random = new();
            Node node = new(new NodeOptions(), Identity.Create(crypto, random), crypto, random) { Transport = new TcpTransport(2) };
            Listener heard = new();
            PubSubProtocol pubsub = new(new PubSubOptions()) { Events = heard };
            node.Add(pubsub);
            pubsub.Join("meadow");
            Multiaddr address = node.Listen(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), out LinkError error);
            Assert.Equal(LinkError.None, error);
            File.WriteAllText(Path.Combine(folder.FullName, "settings"), $"dial = {address}\ntopic = meadow\nevery = 20\n");

            IReadOnlyList<string> lines = MonoProcess.Run(
                isOver =>
                {
                    while (!isOver())
                    {
                        long nowMs = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000);
                        long leftMs = node.Poll(nowMs) - nowMs;
                        if (leftMs > 0)
                        {
                            node.Transport.Wait((int)Math.Min(leftMs, 20));
                        }
                    }
                },
                "device",
                folder.FullName);
            node.Close();

            Assert.True(heard.Count >= 50, $"heard {heard.Count}: {string.Join('\n', lines)}");
            Assert.True(heard.AllSigned);
            Assert.Contains("Wi-Fi lost; readings wait until it is back", lines);
            Assert.Contains("Wi-Fi joined as 127.0.0.1", lines);
            Assert.Contains(lines, line => line.StartsWith("meadow-f7 is 12D3KooW", StringComparison.Ordinal));
            Assert.Equal(68, new FileInfo(Path.Combine(folder.FullName, "identity")).Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [WithMonoFact]
    public void A_write_to_a_peer_that_does_not_read_returns_at_once_skipped_without_Mono()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();

        IReadOnlyList<string> lines = MonoProcess.Run(null, "write", ((IPEndPoint)listener.LocalEndPoint!).Port.ToString());

        string line = lines[^1];
        Assert.Matches(@"^wrote \d{5,}, then 0; longest call \d{1,3} ms$", line);
    }

    private sealed class Listener : PubSubEvents
    {
        public int Count { get; private set; }

        public bool AllSigned { get; private set; } = true;

        public override void OnMessage(Topic topic, PubSubMessage message)
        {
            Count++;
            AllSigned &= message.IsSigned;
        }
    }
}
