using System;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Air;
using NanoLibp2p.Hal.Radio.Serial;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Radio.Tests.Serial;

/// <summary>A device that is wired to its gateway.</summary>
public sealed class SerialFrameLinkTests : FrameLinkTests
{
    protected override FrameLinkPair Create() => new WirePair();
}

/// <summary>A gateway at a real serial port, a pseudo-terminal.</summary>
public sealed class SerialPortTests : FrameLinkTests
{
    [Fact]
    public void A_port_that_is_not_there_is_told_and_so_is_one_that_goes()
    {
        SerialFrameLink link = new(new SerialPortLine("/dev/nanolibp2p-none"), true);
        Assert.Equal(LinkError.Unreachable, link.Open());
        using PseudoTerminal terminal = new();
        SerialFrameLink gone = new(new SerialPortLine(terminal.Name), true);
        Assert.Equal(LinkError.None, gone.Open());
        Assert.Equal(0, gone.Receive(new byte[300], 0, 300));
        terminal.Dispose();
        long began = Environment.TickCount64;
        while (gone.Receive(new byte[300], 0, 300) == 0)
        {
            Assert.True(Environment.TickCount64 - began < 60_000, "nobody noticed");
            gone.Wait(10);
        }

        Assert.Equal(LinkResult.Failed, gone.Receive(new byte[300], 0, 300));
        gone.Close();
    }

    protected override FrameLinkPair Create() => new PortPair();
}

/// <summary>A board whose radio is the gateway's, at a real serial port: the device is on the air.</summary>
public sealed class SerialModemTests : FrameLinkTests
{
    [Fact]
    public void A_modem_tells_what_its_radio_is_and_what_it_refuses()
    {
        (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
        VirtualClock clock = new();
        AirMedium air = new(AirProfile.Find("lora-sf9-eu868"), clock, 1);
        AirLink radio = air.Join(new AirLinkOptions { IsGateway = true });
        radio.Open();
        SerialModem modem = new(far, radio);
        SerialFrameLink link = new(near, true);
        link.Open();
        Assert.False(link.IsModem);
        Assert.False(link.IsBoundedByAir);
        link.Poll(clock.NowMs);
        Run();
        Assert.True(link.IsModem);
        Assert.Equal((radio.Mtu, radio.IsBoundedByAir, radio.HasAddresses, radio.AnswerMs),
            (link.Mtu, link.IsBoundedByAir, link.HasAddresses, link.AnswerMs));
        Assert.Equal(radio.TimeOnAirUs(48), link.TimeOnAirUs(48));
        Assert.InRange(link.TimeOnAirUs(20), radio.TimeOnAirUs(20), radio.TimeOnAirUs(32));

        // an answer to nothing has no window
        Assert.Equal(3, link.Send([1, 2, 3], 0, 3, null!, 0, true));
        Assert.Equal(FrameLinkResult.Busy, link.Send([1, 2, 3], 0, 3, null!, 0, true));
        Run();
        Assert.Equal(1, link.Refused);

        void Run()
        {
            for (int i = 0; i < 10; i++)
            {
                clock.NowMs += 10;
                Assert.True(modem.Poll(clock.NowMs) >= 0);
                link.Poll(clock.NowMs);
                Assert.Equal(0, link.Receive(new byte[300], 0, 300));
            }
        }
    }

    [Fact]
    public void The_program_of_a_modem_opens_a_radio_again_that_broke()
    {
        using ModemPair pair = new();
        pair.Send(pair.Device, [1, 2, 3]);
        Assert.Equal([1, 2, 3], pair.Receive(pair.Gateway));
        Assert.Equal(1, pair.Openings);
        pair.Break();
        pair.Until(() => pair.Openings == 2);
        pair.Send(pair.Device, [4, 5]);
        Assert.Equal([4, 5], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void A_modem_holds_a_greedy_gateway_to_its_duty_cycle_and_tells_how_long()
    {
        (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
        VirtualClock clock = new();
        AirMedium air = new(AirProfile.Find("802154"), clock, 1);
        StubbornRadio radio = new(air.Join(new AirLinkOptions { IsGateway = true }));
        radio.Open();
        SerialModem modem = new(far, radio);
        SerialFrameLink link = new(near, true);
        link.Open();
        for (int i = 0; i < 20; i++)
        {
            clock.NowMs += 10;
            link.Poll(clock.NowMs);
            modem.Poll(clock.NowMs);
            link.Receive(new byte[300], 0, 300);
            link.Send([1], 0, 1, null!, 0, false);
        }

        Assert.True(link.Refused > 0);
        Assert.InRange(link.WaitMs(1, false), 1, 12_345);
    }

    [Fact]
    public void Bytes_of_any_kind_on_the_line_break_neither_end()
    {
        Random random = new(5);
        (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
        VirtualClock clock = new();
        AirMedium air = new(AirProfile.Find("lora-sf7-eu868"), clock, 1);
        AirLink radio = air.Join(new AirLinkOptions { IsGateway = true });
        radio.Open();
        SerialModem modem = new(far, radio);
        SerialFrameLink link = new(near, true);
        link.Open();
        SerialPackets toLink = new(new Splice(near), 1600);
        SerialPackets toModem = new(new Splice(far), 1600);
        byte[] buffer = new byte[1500];
        for (int i = 0; i < 20_000; i++)
        {
            // well-formed packets with anything in them
            byte[] packet = new byte[random.Next(1, 60)];
            random.NextBytes(packet);
            packet[0] = (byte)random.Next(7);
            (random.Next(2) == 0 ? toLink : toModem).Send([], 0, packet, 0, packet.Length);
            clock.NowMs += random.Next(50);
            Assert.True(modem.Poll(clock.NowMs) >= 0);
            Assert.InRange(link.Poll(clock.NowMs), 0, FrameLinkResult.IdleMs);
            Assert.InRange(link.Receive(buffer, 0, buffer.Length), 0, 1500);
            Assert.InRange(link.Mtu, 64, 1500);
            Assert.True(link.TimeOnAirUs(255) >= 0 && link.WaitMs(255, true) >= 0);
            if (link.CopyOrigin(buffer, 0) is var origin)
            {
                link.Send(buffer, 0, Math.Min(20, link.Mtu), buffer, origin, true);
            }
        }
    }

    protected override FrameLinkPair Create() => new ModemPair();

    /// <summary>Writes as if it came from the far end.</summary>
    private sealed class Splice(MemoryLine to) : ISerialLine
    {
        public int BitRate => 115_200;

        public LinkError Open() => LinkError.None;

        public int Read(byte[] buffer, int offset, int count) => 0;

        public int Write(byte[] buffer, int offset, int count)
        {
            foreach (byte value in buffer.AsSpan(offset, count))
            {
                to.Put(value);
            }

            return count;
        }

        public void Wait(int milliseconds)
        {
        }

        public void Close()
        {
        }
    }

    /// <summary>A radio that has no airtime left.</summary>
    private sealed class StubbornRadio(AirLink inner) : IFrameLink
    {
        public int Mtu => inner.Mtu;

        public bool HasAddresses => inner.HasAddresses;

        public bool IsBoundedByAir => inner.IsBoundedByAir;

        public int AnswerMs => inner.AnswerMs;

        public int RssiDbm => inner.RssiDbm;

        public int SnrQuarterDb => inner.SnrQuarterDb;

        public LinkError Open() => inner.Open();

        public int TimeOnAirUs(int count) => inner.TimeOnAirUs(count);

        public int WaitMs(int count, bool isUrgent) => 12_345;

        public int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent) => FrameLinkResult.HeldBack;

        public int Receive(byte[] buffer, int offset, int capacity) => inner.Receive(buffer, offset, capacity);

        public int CopyAddress(byte[] buffer, int offset) => inner.CopyAddress(buffer, offset);

        public int CopyOrigin(byte[] buffer, int offset) => inner.CopyOrigin(buffer, offset);

        public int Poll(long nowMs) => inner.Poll(nowMs);

        public void Wait(int milliseconds) => inner.Wait(milliseconds);

        public void Close() => inner.Close();
    }
}

/// <summary>Both ends of a line in memory.</summary>
internal sealed class WirePair : FrameLinkPair
{
    internal WirePair()
    {
        (MemoryLine near, MemoryLine far) = MemoryLine.Pair();
        Device = new SerialFrameLink(far, false);
        Gateway = new SerialFrameLink(near, true);
        Assert.Equal(LinkError.None, Device.Open());
        Assert.Equal(LinkError.None, Gateway.Open());
    }

    public override IFrameLink Device { get; }

    public override IFrameLink Gateway { get; }
}

/// <summary>A device at one end of a pseudo-terminal, a gateway at the port of its other end.</summary>
internal sealed class PortPair : FrameLinkPair
{
    private readonly PseudoTerminal _terminal = new();

    internal PortPair()
    {
        Device = new SerialFrameLink(_terminal, false);
        Gateway = new SerialFrameLink(new SerialPortLine(_terminal.Name), true);
        Assert.Equal(LinkError.None, Gateway.Open());
        Assert.Equal(LinkError.None, Device.Open());
    }

    public override IFrameLink Device { get; }

    public override IFrameLink Gateway { get; }

    public override void Dispose()
    {
        base.Dispose();
        _terminal.Dispose();
    }
}

/// <summary>A device on a simulated air; a modem on it, at one end of a pseudo-terminal; a gateway at the port of its other end.</summary>
internal sealed class ModemPair : FrameLinkPair
{
    private readonly PseudoTerminal _terminal = new();
    private readonly VirtualClock _clock = new();
    private readonly ModemProgram _modem;
    private readonly AirLink _radio;

    internal ModemPair()
    {
        AirMedium air = new(AirProfile.Find("lora-sf7-eu868"), _clock, 1);
        _radio = air.Join(new AirLinkOptions { IsGateway = true });
        _modem = new ModemProgram(_terminal, _radio);
        Device = air.Join(new AirLinkOptions());
        SerialFrameLink gateway = new(new SerialPortLine(_terminal.Name), true);
        Gateway = gateway;
        Assert.Equal(LinkError.None, Device.Open());
        Assert.Equal(LinkError.None, Gateway.Open());
        byte[] buffer = new byte[1500];
        Until(() =>
        {
            Assert.Equal(0, Gateway.Receive(buffer, 0, buffer.Length));
            return gateway.IsModem;
        });
    }

    public override IFrameLink Device { get; }

    public override IFrameLink Gateway { get; }

    public override bool MayAllocate => true;

    /// <summary>How often the modem's program opened line and radio.</summary>
    internal int Openings => _modem.Openings;

    protected override long NowMs => _clock.NowMs;

    /// <summary>The modem's radio fails.</summary>
    internal void Break() => _radio.Close();

    public override void Pass()
    {
        // the line is real, the air's time is not: it goes slowly, so that the line has time enough
        Device.Poll(NowMs);
        Assert.True(_modem.Step(NowMs) >= 0);
        Gateway.Poll(NowMs);
        Gateway.Wait(1);
        _clock.NowMs += 5;
        Device.Poll(NowMs);
    }

    public override void Dispose()
    {
        base.Dispose();
        _terminal.Dispose();
    }
}
