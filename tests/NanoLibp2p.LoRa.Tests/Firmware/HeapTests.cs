using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Crypto;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
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
    // where frames are long enough for first contact its patterns, cards and longer buffers are there
    private const int Limit = 12 * 1024;
    private const int LimitWithFirstContact = 13 * 1024;

    [Theory]
    [InlineData("sx127x", 7, LimitWithFirstContact)]
    [InlineData("sx127x", 9, Limit)]
    [InlineData("sx127x", 12, Limit)]
    [InlineData("sx126x", 7, LimitWithFirstContact)]
    [InlineData("sx126x", 9, Limit)]
    [InlineData("sx126x", 12, Limit)]
    public void The_whole_program_of_a_LoRa_only_board_keeps_within_its_bill(string chip, int spreadingFactor, int limit)
    {
        BoardValues values = new();
        ManagedCrypto crypto = new();
        Identity identity = Identity.Create(crypto, new SeededRandom(1));
        byte[] bytes = identity.ToProtobuf();
        values.Write("identity", bytes, 0, bytes.Length);
        bytes = Encoding.UTF8.GetBytes($"topic = greenhouse/climate\nspreading = {spreadingFactor}");
        values.Write("settings", bytes, 0, bytes.Length);
        Assert.True(new FrameNode(new FrameNodeOptions(), new FrameSecrets(crypto), identity, values, new SeededRandom(2), new Deaf())
            .Provision(1, new byte[32], 1UL << 56, false));

        bytes = new byte[1 + (65 * RadioProgram.Gateways)];
        new SeededRandom(4).Fill(bytes, 0, bytes.Length);
        bytes[0] = 1;
        values.Write(FrameGateways.Name, bytes, 0, bytes.Length);

        RadioProgram program = new(new LoRaBoard(values, chip));
        Assert.Equal(RadioProgram.Gateways, program.Device.Node.Gateways.Count);

        SortedDictionary<string, int> all = LiveHeap.Measure(program, item => item is IRandom or IStore and not TwinStore or string
            or ILoRaBus or RadioBoard or FrameNodeOptions or DeviceSessionOptions);
        int taken = all.Values.Sum();
        string lines = string.Join(", ", all.OrderByDescending(one => one.Value).Select(one => $"{one.Key} {one.Value}"));
        TestContext.Current.SendDiagnosticMessage($"{chip}, SF{spreadingFactor}: {taken} bytes: {lines}");
        Assert.True(taken <= limit, $"{taken} bytes: {lines}");
    }

    private sealed class Deaf : FrameNodeEvents;

    private sealed class LoRaBoard(BoardValues values, string chip) : RadioBoard
    {
        private readonly ManagedCrypto _crypto = new(false);

        public override string Name => chip;

        public override long NowMs => 0;

        public override IStore Store => values;

        public override IRandom Random { get; } = new SeededRandom(3);

        public override CryptoProvider Crypto => _crypto;

        public override string Template => "{\"up_s\":%0,\"heap\":%0}";

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
