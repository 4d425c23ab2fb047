using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests.Proofs;

/// <summary>Counts the bytes of frames that were sent, and puts them beside what others need: the tables of README.md.</summary>
internal sealed class BytesOnAir : DeviceSessionEvents
{
    private const int ReadingBytes = 20;
    private const int Batch = 8;

    // of others: what is read in the sources that README.md names; the last frames of longer handshakes as few as fit 255 bytes
    private static readonly (string Name, int Bytes, string End)[] _otherReadings =
    [
        ("LoRaWAN: 13 around the reading, MIC of 4, symmetric keys [1]", ReadingBytes + 13, "to the network server"),
        ("MQTT-SN (7) in DTLS 1.3 with a connection id (12) [2, 3]", ReadingBytes + 7 + 12, "to the gateway"),
        ("CoAP (4) with OSCORE (14) [2]", ReadingBytes + 4 + 14, "to the OSCORE endpoint"),
        ("Reticulum link packet: 19, IV 16, AES in blocks, HMAC 32 [4]", 19 + 16 + 32 + 32, "to the link's end"),
        ("plain libp2p: gossipsub, signed, over Yamux and Noise [5]", ReadingBytes + 156, "by signature"),
    ];

    private static readonly (string Name, int[] Frames, string Exchange)[] _otherOpenings =
    [
        ("LoRaWAN join: 23 and 17 to 33 [1]", [23, 17], "no"),
        ("EDHOC, static Diffie-Hellman, raw keys, before CoAP [2]", [37, 45, 19], "yes"),
        ("EDHOC, signatures, raw keys, before CoAP [2]", [37, 102, 77], "yes"),
        ("Reticulum link: 83, 115, 99 [4]", [83, 115, 99], "yes"),
        ("DTLS 1.3, pre-shared key and ECDHE, before MQTT-SN [2]", [255, 166], "yes"),
        ("plain libp2p: multistream, Noise XX, Yamux, before identify [5]", [255, 255, 56], "yes"),
        ("DTLS 1.3, raw keys, before MQTT-SN [2]", [255, 255, 196], "yes"),
    ];

    private readonly List<byte[]> _frames = [];

    /// <summary>Writes the tables.</summary>
    internal static int Run()
    {
        Console.WriteLine(Draw());
        return 0;
    }

    /// <summary>Time on air (Semtech AN1200.13): explicit header, CRC, preamble 8, 125 kHz, coding rate 4/5.</summary>
    internal static double AirtimeMs(int spreading, int bytes)
    {
        double symbol = (1 << spreading) / 125.0;
        int low = spreading >= 11 ? 1 : 0;
        int payload = 8 + Math.Max(
            (int)Math.Ceiling(((8.0 * bytes) - (4 * spreading) + 44) / (4 * (spreading - (2 * low)))) * 5, 0);
        return (12.25 + payload) * symbol;
    }

    /// <summary>Both tables, as they stand in README.md.</summary>
    internal static string Draw()
    {
        StringBuilder text = new();
        text.Append("| a reading of 20 bytes | bytes | SF7 ms | SF9 | SF12 | authenticated |\n|---|--:|--:|--:|--:|---|\n");
        foreach ((string name, int[] frames, int readings, string end) in Readings())
        {
            Row(text, $"**{name}**", frames, readings, 1, end);
        }

        foreach ((string name, int bytes, string end) in _otherReadings)
        {
            Row(text, name, [bytes], 1, 1, end);
        }

        text.Append("\n| opening | bytes | SF7 s | SF9 | SF12 | Diffie-Hellman |\n|---|--:|--:|--:|--:|---|\n");
        foreach ((string name, int[] frames, string exchange) in Openings())
        {
            Row(text, $"**{name}**", frames, 1, 1000, exchange);
        }

        foreach ((string name, int[] frames, string exchange) in _otherOpenings)
        {
            Row(text, name, frames, 1, 1000, exchange);
        }

        return text.ToString();
    }

    private static int Mtu(int spreading) => spreading <= 8 ? 255 : spreading == 9 ? 128 : 96;

    private static void Row(StringBuilder text, string name, int[] frames, int readings, int unit, string end)
    {
        // where a frame is longer than the profile's (SPEC.md 14) it does not go there
        string Air(int spreading) => unit > 1 && name.StartsWith("**", StringComparison.Ordinal) && frames.Max() > Mtu(spreading) ? "-"
            : (frames.Sum(bytes => AirtimeMs(spreading, bytes)) / readings / unit).ToString(unit == 1 ? "N0" : "0.00",
                CultureInfo.InvariantCulture);
        string bytes = ((double)frames.Sum() / readings).ToString("0.##", CultureInfo.InvariantCulture);
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {bytes} | {Air(7)} | {Air(9)} | {Air(12)} | {end} |\n");
    }

    private static IEnumerable<(string Name, int[] Frames, int Readings, string End)> Readings()
    {
        const string Signed = "by signature";
        yield return ("frames: compact, three numbers, batched by 8", Up(FrameTopic.Batched, true, true), Batch, Signed);
        yield return ("frames: batched by 8", Up(FrameTopic.Batched, false, true), Batch, Signed);
        yield return ("frames: compact, three numbers, signed", Up(FrameTopic.Signed, true, true), Batch, Signed);
        yield return ("frames: signed, short tag", Up(FrameTopic.Signed, false, true), Batch, Signed);
        yield return ("frames: signed, full tag", Up(FrameTopic.Signed, false, false), Batch, Signed);
    }

    // what a device sends for eight readings when nothing is lost; acknowledgements come back
    private static int[] Up(int flags, bool isCompact, bool isShort)
    {
        FrameNodeOptions options = NodeTests.Lora(255);
        options.Session.IsShort = isShort;
        Radio radio = new(options, new CheapCrypto());
        radio.Node.SetTopic(0, "greenhouse/climate", flags, isCompact ? "{\"c\":%1,\"rh\":%1,\"hpa\":%1}" : null);
        radio.Start();
        void Take()
        {
            for (int i = 0; i < Batch; i++)
            {
                Assert.True((isCompact ? radio.Node.PublishValues(0, [215, 452, 10132], 3, false)
                    : radio.Node.Publish(0, new byte[ReadingBytes], 0, ReadingBytes, false)) >= 0);
                radio.Run(10_000);
            }

            radio.Settle();
        }

        // the topic's name and the number in full go once
        Take();
        radio.Up.Clear();
        Take();
        return [.. radio.Up.Select(frame => frame.Length)];
    }

    private static IEnumerable<(string Name, int[] Frames, string Exchange)> Openings()
    {
        BytesOnAir counted = new();
        CheapCrypto crypto = new();
        FrameSecrets secrets = new(crypto);
        Identity device = Identity.Create(crypto, new SeededRandom(1));
        Identity answering = Identity.Create(crypto, new SeededRandom(2));
        FrameGateway gateway = new(new FrameGatewayOptions
        {
            Identity = answering, Crypto = crypto, Random = new SeededRandom(3), Admits = _ => true, Store = new MemoryFrameStore(),
        }, (_, _) => { });
        DeviceSessionOptions options = new() { IsShort = true };
        DeviceSession session = new(options, secrets, device, new BoardValues(), new SeededRandom(4), counted);
        session.Provision(1, new byte[32], 1UL << 56);
        session.OpenNew(answering.PeerId);
        int[] first = counted.Exchange(session, gateway);
        session.OpenKnown(0, answering.PeerId, gateway.StaticKey.ToArray());
        int[] known = counted.Exchange(session, gateway);

        // proved by the first frame under it
        session.Send(FrameInner.Ping, false, false, 0);
        counted.Exchange(session, gateway);
        session.Resume();
        yield return ("frames: resumption", counted.Exchange(session, gateway), "no");
        yield return ("frames: known peers (KK)", known, "yes");
        yield return ("frames: first contact (XX), identities of libp2p", first, "yes");
    }

    // until nobody has anything to say
    private int[] Exchange(DeviceSession session, FrameGateway gateway)
    {
        List<int> bytes = [];
        while (_frames.Count > 0)
        {
            byte[] frame = _frames[0];
            _frames.RemoveAt(0);
            bytes.Add(frame.Length);
            if (gateway.Receive(frame, new FrameLinkInfo("", true)) is { } answer)
            {
                bytes.Add(answer.Length);
                session.Receive(answer, 0, answer.Length);
            }
        }

        return [.. bytes];
    }

    public override void OnSend(DeviceSession session, byte[] frame, int offset, int count) => _frames.Add(frame[offset..(offset + count)]);

    public override int OnGateway(DeviceSession session, byte[] card, byte[] staticKey) => 0;
}
