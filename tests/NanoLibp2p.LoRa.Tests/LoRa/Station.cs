using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.LoRa;

/// <summary>A radio with its model and ledger, run as a program runs a link: poll, receive, in virtual time.</summary>
internal sealed class Station
{
    private readonly byte[] _buffer = new byte[256];

    public Station(Medium medium, string chip, LoRaOptions settings, IAirKeeper? keeper = null, uint seed = 1)
    {
        Medium = medium;
        Model = chip == "sx127x" ? new Sx127xModel(medium) : new Sx126xModel(medium) { HasTcxo = true };
        Ledger = settings.LimitMs > 0 ? new AirLedger(keeper ?? new Keeper(), settings.LimitMs, 400000) : null;
        Ledger?.Start(medium.Now, 0);
        Chip = chip == "sx127x" ? new Sx127x(Model, true) : new Sx126x(Model, new Sx126xOptions { TcxoTenthVolts = 18 });
        Radio = new LoRaRadio(Chip, settings, Ledger, new SeededRandom(seed));
    }

    public Medium Medium { get; }

    public RadioModel Model { get; }

    public LoRaChip Chip { get; }

    public AirLedger? Ledger { get; }

    public LoRaRadio Radio { get; }

    public List<byte[]> Heard { get; } = [];

    /// <summary>What is done with a frame that was heard, and the origin of it.</summary>
    public Action<byte[], byte[]>? OnFrame { get; set; }

    public static Station Open(Medium medium, string chip, LoRaOptions settings, uint seed = 1)
    {
        Station station = new(medium, chip, settings, null, seed);
        Assert.Equal(LinkError.None, station.Radio.Open());
        return station;
    }

    /// <summary>Lets the time pass, and runs all stations as their programs would.</summary>
    public static void Run(Medium medium, int milliseconds, params Station[] stations)
    {
        long end = medium.Now + milliseconds;
        while (medium.Now < end)
        {
            foreach (Station station in stations)
            {
                station.Step();
            }

            medium.Advance(1);
        }
    }

    public int Send(byte[] frame, byte[]? origin = null)
    {
        Radio.Poll(Medium.Now);
        return Radio.Send(frame, 0, frame.Length, origin!, origin?.Length ?? 0, false);
    }

    public void Step()
    {
        Radio.Poll(Medium.Now);
        int count;
        while ((count = Radio.Receive(_buffer, 0, _buffer.Length)) > 0)
        {
            byte[] origin = new byte[FrameLinkResult.MaxOriginBytes];
            int originBytes = Radio.CopyOrigin(origin, 0);
            Heard.Add(_buffer[..count]);
            OnFrame?.Invoke(_buffer[..count], origin[..originBytes]);
        }
    }

    /// <summary>A store that has room, and begins with nothing used.</summary>
    internal sealed class Keeper : IAirKeeper
    {
        private int[] _kept = new int[AirLedger.KeptValues];

        public bool LoadAir(int[] values)
        {
            _kept.CopyTo(values, 0);
            return true;
        }

        public bool SaveAir(int[] values)
        {
            _kept = [.. values];
            return true;
        }
    }
}
