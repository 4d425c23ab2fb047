using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Crypto;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Frames.Tests;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;
using NanoLibp2p.LoRa.Tests.LoRa;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Firmware;

/// <summary>What the whole program of a LoRa-only board takes of a device's heap with the options that it begins with: shell, driver and
/// airtime beside the node that <c>NanoLibp2p.Frames.Tests.HeapTests</c> holds to 12 KiB. The options themselves and the bus are not
/// counted.</summary>
public sealed class HeapTests
{
    private const int Limit = 12 * 1024;
    private const string OfTheChip = "{\"up_s\":%0,\"heap\":%0}";
    private const string OfWeather = "{\"c\":%1,\"rh\":%1,\"hpa\":%1,\"v\":%2}";

    [Theory]
    [InlineData("sx127x", 7, OfTheChip)]
    [InlineData("sx127x", 8, OfTheChip)]
    [InlineData("sx127x", 9, OfTheChip)]
    [InlineData("sx127x", 10, OfTheChip)]
    [InlineData("sx127x", 11, OfTheChip)]
    [InlineData("sx127x", 12, OfTheChip)]
    [InlineData("sx126x", 7, OfTheChip)]
    [InlineData("sx126x", 8, OfTheChip)]
    [InlineData("sx126x", 9, OfTheChip)]
    [InlineData("sx126x", 10, OfTheChip)]
    [InlineData("sx126x", 11, OfTheChip)]
    [InlineData("sx126x", 12, OfTheChip)]
    [InlineData("sx126x", 9, OfWeather)]
    public void The_whole_program_of_a_LoRa_only_board_keeps_within_its_bill_at_every_spreading_factor(string chip, int spreadingFactor,
        string template)
    {
        BoardValues values = new();
        ManagedCrypto crypto = new();
        FrameSecrets secrets = new(crypto);
        Identity identity = Identity.Create(crypto, new SeededRandom(1));
        byte[] bytes = identity.ToProtobuf();
        values.Write("identity", bytes, 0, bytes.Length);
        bytes = Encoding.UTF8.GetBytes($"topic = greenhouse/climate\nspreading = {spreadingFactor}");
        values.Write("settings", bytes, 0, bytes.Length);
        FrameGateway gateway = new(new FrameGatewayOptions
        {
            Identity = Identity.Create(crypto, new SeededRandom(5)), Crypto = crypto, Random = new SeededRandom(6), Admits = _ => true,
            Store = new MemoryFrameStore(),
        }, (_, _) => { });
        KeyPair key = new();
        secrets.DeriveStatic(identity, 0, key);
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(crypto).Write(identity, 0, key, card, 0);
        Assert.True(gateway.Remember(identity.PeerId, card, key.PublicKey));
        FrameNode provisioning = new(new FrameNodeOptions(), secrets, identity, values, new SeededRandom(2), new Deaf());
        Assert.True(provisioning.Provision(1, new byte[32], 1UL << 56, false));
        Assert.Equal(0, provisioning.AddGateway(gateway.Card.ToArray(), gateway.StaticKey.ToArray()));

        // and another one
        bytes = new byte[1 + (65 * RadioProgram.Gateways)];
        new SeededRandom(4).Fill(bytes, 0, bytes.Length);
        values.Read(FrameGateways.Name, bytes, 0, bytes.Length);
        values.Write(FrameGateways.Name, bytes, 0, bytes.Length);

        RadioProgram program = new(new LoRaBoard(values, chip, template));
        FrameNode node = program.Device.Node;
        Assert.Equal(RadioProgram.Gateways, node.Gateways.Count);
        int before = Measure(program, $"{chip}, SF{spreadingFactor}");

        // open, with a reading that is settled
        node.PublishValues(0, [1, 2, 3, 4], template == OfTheChip ? 2 : 4, true);
        byte[] frame = new byte[255];
        for (long now = 0; node.State != FrameState.Open || now < 600_000; now += 5000)
        {
            Assert.True(now < 3_600_000, "no session");
            int count = node.Transmit(frame, 0, now);
            if (count > 0 && gateway.Receive(frame.AsSpan(0, count), new FrameLinkInfo("", true)) is { } answer)
            {
                node.Receive(answer, 0, answer.Length, now);
            }
        }

        int taken = Measure(program, "in an open session");
        Assert.True(taken >= before, $"{taken} bytes, and {before} before");
    }

    private static int Measure(RadioProgram program, string what)
    {
        SortedDictionary<string, int> all = LiveHeap.Measure(program, item => item is IRandom or IStore and not TwinStore or string
            or ILoRaBus or RadioBoard or FrameNodeOptions or DeviceSessionOptions);
        int taken = all.Values.Sum();
        string lines = string.Join(", ", all.OrderByDescending(one => one.Value).Select(one => $"{one.Key} {one.Value}"));
        TestContext.Current.SendDiagnosticMessage($"{what}: {taken} bytes: {lines}");
        Assert.True(taken <= Limit, $"{what}: {taken} bytes: {lines}");
        return taken;
    }

    private sealed class Deaf : FrameNodeEvents;

    private sealed class LoRaBoard(BoardValues values, string chip, string template) : RadioBoard
    {
        private readonly ManagedCrypto _crypto = new(false);

        public override string Name => chip;

        public override long NowMs => 0;

        public override IStore Store => values;

        public override IRandom Random { get; } = new SeededRandom(3);

        public override CryptoProvider Crypto => _crypto;

        public override string Template => template;

        public override IFrameLink[] CreateLinks(RadioSettings settings)
        {
            LoRaOptions options = LoRaOptions.Eu868(settings.SpreadingFactor, false);
            AirLedger ledger = new(new StoredAir(Store, "air", true), options.LimitMs, options.Up.TimeOnAirUs(options.Mtu));
            ledger.Start(NowMs, 0);
            Medium medium = new();
            LoRaChip module = chip == "sx127x" ? new Sx127x(new Sx127xModel(medium), true)
                : new Sx126x(new Sx126xModel(medium) { HasTcxo = true }, new Sx126xOptions { TcxoTenthVolts = 18 });
            return [new LoRaRadio(module, options, ledger, Random)];
        }

        public override int Read(int[] into) => 0;
    }
}
