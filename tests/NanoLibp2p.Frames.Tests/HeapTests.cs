using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Crypto;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Hal;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>What a LoRa-only node takes of a device's heap, cryptography and identity included, the link and its airtime not: 12 KiB
/// (SPEC.md 16).</summary>
public class HeapTests : FrameNodeEvents
{
    private const int Limit = 12 * 1024;

    [Theory]
    [InlineData(96, FrameTopic.Batched, 14, 20, 224)]
    [InlineData(255, FrameTopic.Signed, 6, 40, 48)]
    public void A_node_on_LoRa_takes_less_than_12_KiB_also_where_gateways_can_be_met(int mtu, int flags, int readings, int readingBytes,
        int messageBytes)
    {
        ManagedCrypto crypto = new();
        FrameNodeOptions options = new()
        {
            Gateways = 2, HasWindows = true, Topics = 1, Readings = readings,
            ReadingBytes = readingBytes, MessageBytes = messageBytes, BatchReadings = flags == FrameTopic.Batched ? 8 : 1, AnswerBytes = 16,
        };
        options.Session.Mtu = mtu;
        options.Session.IsShort = true;
        Identity identity = Identity.Create(crypto, new SeededRandom(1));
        FrameSecrets secrets = new(crypto);
        FrameNode node = new(options, secrets, identity, new BoardValues(), new SeededRandom(2), this);
        node.SetTopic(0, "greenhouse/climate", flags, "{\"c\":%1}");
        node.Provision(1, new byte[32], 1UL << 56, false);
        for (uint i = 0; i < 2; i++)
        {
            Identity gateway = Identity.Create(crypto, new SeededRandom(3 + i));
            KeyPair key = new();
            secrets.DeriveStatic(gateway, 0, key);
            byte[] card = new byte[FrameCard.CardBytes];
            new FrameCard(crypto).Write(gateway, 0, key, card, 0);
            Assert.Equal((int)i, node.AddGateway(card, key.PublicKey));
        }

        node.Start(0, -1);
        SortedDictionary<string, int> all = LiveHeap.Measure(node, item => item is IRandom or IStore or string or FrameNodeOptions or
            DeviceSessionOptions or HeapTests);
        int taken = all.Values.Sum();
        string lines = string.Join(", ", all.OrderByDescending(one => one.Value).Select(one => $"{one.Key} {one.Value}"));
        TestContext.Current.SendDiagnosticMessage($"MTU {mtu}: {taken} bytes: {lines}");
        Assert.True(taken <= Limit, $"{taken} bytes: {lines}");
    }
}
