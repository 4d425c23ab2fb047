using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Crypto;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Firmware.Roaming;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Frames.Tests;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;
using NanoLibp2p.LoRa.Tests.Ble;
using NanoLibp2p.LoRa.Tests.LoRa;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Firmware;

/// <summary>
/// A device with BLE and LoRa, and its gateway with both: the firmware's own code down to registers of the radio chips, in virtual time.
/// </summary>
internal sealed class RadioWorld
{
    private readonly CheapCrypto _crypto = new();
    private readonly SetClock _clock = new();
    private readonly byte[] _buffer = new byte[256];
    private readonly FrameGateway _gateway;
    private readonly List<(IFrameLink Link, FrameRadio Radio)> _gatewayLinks = [];
    private readonly Identity _identity;
    private readonly IStore _store;
    private readonly List<int> _trialMs = [];

    public RadioWorld(bool hasBle, bool hasLoRa, int spreadingFactor = 9, bool hasWifi = false)
    {
        _identity = Identity.Create(_crypto, new SeededRandom(20));
        _store = new TwinStore(Values, 300);
        byte[] identity = _identity.ToProtobuf();
        Values.Write("identity", identity, 0, identity.Length);
        _gateway = new FrameGateway(new FrameGatewayOptions
        {
            Identity = Identity.Create(_crypto, new SeededRandom(40)),
            Crypto = _crypto,
            Random = new SeededRandom(7),
            Store = new MemoryFrameStore(),
            Admits = _ => true,
            Time = _clock,
        }, (_, taken) =>
        {
            if (taken.Publication is { } message)
            {
                Published.Add(Encoding.UTF8.GetString(message.Message, message.DataOffset, message.DataCount));
            }
        });
        List<IFrameLink> links = [];
        if (hasWifi)
        {
            (Wifi, LocalNetwork other) = LocalNetwork.Create();
            links.Add(Wifi);
            _trialMs.Add(45000);
            Add(other, new FrameRadio { Name = "udp", Mtu = other.Mtu });
        }

        if (hasBle)
        {
            _trialMs.Add(30000);
            (Ble, AttPipe other) = AttPipe.Create(100);
            links.Add(new BleLink(Ble));
            Add(new BleLink(other), new FrameRadio { Name = "ble", Mtu = BleLink.FrameMtu });
        }

        if (hasLoRa)
        {
            _trialMs.Add(600000);
            LoRaOptions options = LoRaOptions.Eu868(spreadingFactor, false);
            options.ChannelsHz = [868100000];
            Device = new Station(Air, "sx127x", options);
            links.Add(Device.Radio);
            Gateway = new Station(Air, "sx126x", LoRaOptions.Eu868(spreadingFactor, true), null, 2);
            Add(Gateway.Radio, new FrameRadio
            {
                Name = "lora",
                Mtu = Gateway.Radio.Mtu,
                IsBoundedByAir = true,
                Window = TimeSpan.FromMilliseconds(LoRaOptions.WindowMs),
                TimeOnAir = bytes => TimeSpan.FromMicroseconds(Gateway.Radio.TimeOnAirUs(bytes)),
                AirtimeOfHour = TimeSpan.FromMinutes(6),
            });
        }

        Links = [.. links];
        Program = Boot(-1, isFirst: true);
    }

    public Medium Air { get; } = new();

    /// <summary>What the board's store has.</summary>
    public BoardValues Values { get; } = new();

    public LocalNetwork? Wifi { get; }

    public AttPipe? Ble { get; }

    public Station? Device { get; }

    public Station? Gateway { get; }

    public IFrameLink[] Links { get; }

    public RadioDevice Program { get; private set; }

    /// <summary>Readings that were lost since the last start.</summary>
    public int Lost => ((Told)Program).Lost;

    public List<string> Published { get; } = [];

    /// <summary>The board starts: with what its store has, and nothing else.</summary>
    public RadioDevice Boot(long sleptMs, bool isFirst = false)
    {
        FrameSecrets secrets = new(_crypto);
        RadioChoice choice = new(new RadioChoiceOptions { TrialMs = [.. _trialMs] });
        Told program = new(Links, new FrameNodeOptions { Session = { Reserve = 1 } }, choice, secrets, _identity, _store,
            new SeededRandom((uint)Air.Now + 60));
        program.Node.SetTopic(0, "greenhouse/climate", FrameTopic.Signed, null);
        if (isFirst)
        {
            KeyPair key = new();
            secrets.DeriveStatic(_identity, 0, key);
            byte[] card = new byte[FrameCard.CardBytes];
            new FrameCard(_crypto).Write(_identity, 0, key, card, 0);
            Assert.True(_gateway.Remember(_identity.PeerId, card, key.PublicKey));
            Assert.True(program.Node.Provision((uint)_clock.GetUtcNow().ToUnixTimeSeconds(), new byte[32], 1UL << 56, false));
            Assert.True(program.Node.AddGateway(_gateway.Card.ToArray(), _gateway.StaticKey.ToArray()) >= 0);
        }

        Assert.True(program.Start(Air.Now, sleptMs));
        Program = program;
        return program;
    }

    public void Publish(string reading)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(reading);
        Assert.True(Program.Node.Publish(0, bytes, 0, bytes.Length, false) >= 0);
    }

    public void Run(long milliseconds)
    {
        for (long end = Air.Now + milliseconds; Air.Now < end;)
        {
            Step(isAwake: true);
        }
    }

    /// <summary>The board sleeps: nothing of it runs.</summary>
    public void Sleep(long milliseconds)
    {
        Program.Close();
        for (long end = Air.Now + milliseconds; Air.Now < end;)
        {
            Step(isAwake: false);
        }
    }

    public void Until(Func<bool> isSo, long milliseconds = 3600000)
    {
        for (long end = Air.Now + milliseconds; !isSo() && Air.Now < end;)
        {
            Run(100);
        }

        Assert.True(isSo(), $"not within {milliseconds} ms: on {Program.Current}, state {Program.Node.State}, "
            + $"{Program.Node.Unsettled} unsettled, held {Program.Node.HeldMs} ms");
    }

    /// <summary>Lets a few milliseconds pass, with or without the board.</summary>
    public void Step(bool isAwake)
    {
        int step = 20;
        if (isAwake)
        {
            step = Math.Min(step, Math.Max(1, Program.Step(Air.Now)));
        }

        foreach ((IFrameLink link, FrameRadio radio) in _gatewayLinks)
        {
            link.Poll(Air.Now);
            int count = link.Receive(_buffer, 0, _buffer.Length);
            FrameOutgoing? answer = count > 0 ? _gateway.OnFrame(radio, "", _buffer.AsSpan(0, count), _clock.GetUtcNow()) : null;
            if (answer is not null)
            {
                byte[] origin = new byte[FrameLinkResult.MaxOriginBytes];
                int bytes = link.CopyOrigin(origin, 0);
                link.Send(answer.Frame, 0, answer.Frame.Length, origin, bytes, true);
            }
        }

        Air.Advance(step);
        _clock.Now += TimeSpan.FromMilliseconds(step);
    }

    private void Add(IFrameLink link, FrameRadio radio)
    {
        Assert.Equal(LinkError.None, link.Open());
        _gatewayLinks.Add((link, radio));
    }

    private sealed class Told(IFrameLink[] links, FrameNodeOptions options, IRadioChoice choice, FrameSecrets secrets,
        Identity identity, IStore store, IRandom random) : RadioDevice(links, options, choice, secrets, identity, store, random)
    {
        internal int Lost { get; private set; }

        public override void OnLost(FrameNode node, int reading, int notice) => Lost++;
    }
}
