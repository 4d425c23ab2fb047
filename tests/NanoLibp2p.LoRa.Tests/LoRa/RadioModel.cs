using System;
using System.Collections.Generic;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.LoRa.Tests.LoRa;

/// <summary>
/// What the models of both chips have in common: time, the log of transactions, the lines, a place on the air, and the faults that can be
/// asked of them.
/// </summary>
internal abstract class RadioModel : ILoRaBus
{
    private readonly Medium _medium;

    protected RadioModel(Medium medium)
    {
        _medium = medium;
        medium.Add(this);
    }

    public List<string> Log { get; } = [];

    public LoRaAntenna Antenna { get; private set; }

    public int PowerOns { get; protected set; }

    /// <summary>The wire of the interrupt line is broken.</summary>
    public bool LosesInterrupts { get; set; }

    /// <summary>The bus reports errors.</summary>
    public bool IsDead { get; set; }

    /// <summary>BUSY stays high until a reset.</summary>
    public bool IsStuck { get; set; }

    /// <summary>A frame that is sent never ends.</summary>
    public bool NeverEndsSending { get; set; }

    public abstract bool IsBusy { get; }

    public bool IsInterrupted => !LosesInterrupts && IsLineHigh;

    public abstract bool IsReceiving { get; }

    protected abstract bool IsLineHigh { get; }

    protected bool IsHeld { get; private set; }

    protected long Now => _medium.Now;

    public bool Transfer(byte[] send, byte[] receive, int count)
    {
        if (IsDead || IsHeld)
        {
            Array.Clear(receive, 0, count);
            return !IsDead;
        }

        Log.Add(Convert.ToHexString(send, 0, count).ToLowerInvariant());
        Answer(send, receive, count);
        return true;
    }

    public void HoldReset(bool isHeld)
    {
        if (IsHeld && !isHeld)
        {
            IsStuck = false;
            PowerOn();
        }

        IsHeld = isHeld;
    }

    public void SwitchAntenna(LoRaAntenna antenna) => Antenna = antenna;

    public void Rest() => _medium.Advance(1);

    public void Wait(int milliseconds)
    {
        for (int i = 0; i < milliseconds && !IsInterrupted; i++)
        {
            _medium.Advance(1);
        }
    }

    /// <summary>The supply dips: the chip begins anew, and its driver knows nothing of it.</summary>
    public abstract void PowerOn();

    /// <summary>What it would have to hear to hear it, and what it says when it sends.</summary>
    public abstract Tuning Tuning { get; }

    /// <summary>A frame ended that was heard from its preamble on.</summary>
    public abstract void Hear(byte[] frame, bool hasCrc, bool isDamaged, int rssi, int snrQuarters);

    /// <summary>A preamble is heard.</summary>
    public abstract void HearPreamble();

    /// <summary>Its own frame has left.</summary>
    public abstract void EndSending();

    protected abstract void Answer(byte[] send, byte[] receive, int count);

    protected void StartSending(byte[] frame, Tuning tuning, bool hasCrc)
    {
        if (!NeverEndsSending)
        {
            _medium.Send(this, frame, tuning, hasCrc);
        }
    }
}

/// <summary>Frequency in steps of 61 Hz, and what else has to agree.</summary>
internal sealed record Tuning(int FrequencySteps, int SpreadingFactor, int BandwidthHz, int CodingRate, int Preamble, bool IsInverted,
    int SyncWord, bool IsSlow);
