using System;
using System.Linq;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.LoRa.Tests.LoRa;

/// <summary>
/// An SX1276 as its registers are seen from the bus (datasheet DS_SX1276-7-8-9_W_APP_V7): two pages behind addresses 0Dh to 3Fh, the FIFO
/// and its pointer, modes, flags, the image calibration.
/// </summary>
internal sealed class Sx127xModel : RadioModel
{
    private const int ImageCalibrationMs = 10;

    private readonly byte[] _fsk = new byte[128];
    private readonly byte[] _lora = new byte[128];
    private readonly byte[] _fifo = new byte[256];
    private long _imageUntil;
    private int _received;

    public Sx127xModel(Medium medium)
        : base(medium) => PowerOn();

    public override bool IsBusy => false;

    public override bool IsReceiving => Mode == 0x85;

    public bool WasCalibrated { get; private set; }

    /// <summary>The page of LoRa mode.</summary>
    public ReadOnlySpan<byte> Registers => _lora;

    public byte this[int register] => Page(register)[register];

    public override Tuning Tuning => new((_lora[6] << 16) | (_lora[7] << 8) | _lora[8], _lora[0x1E] >> 4,
        (_lora[0x1D] >> 4) switch { 7 => 125000, 8 => 250000, 9 => 500000, _ => 1 }, (_lora[0x1D] >> 1) & 7,
        (_lora[0x20] << 8) | _lora[0x21],
        IsReceiving || Mode != 0x83 ? (_lora[0x33] & 0x40) != 0 : (_lora[0x33] & 1) == 0, _lora[0x39], (_lora[0x26] & 8) != 0);

    protected override bool IsLineHigh
    {
        get
        {
            int flags = _lora[0x12] & ~_lora[0x11];
            return (_lora[0x40] >> 6) switch { 0 => (flags & 0x40) != 0, 1 => (flags & 0x08) != 0, _ => false };
        }
    }

    private int Mode => _lora[1];

    public override void PowerOn()
    {
        PowerOns++;
        Array.Clear(_fsk);
        Array.Clear(_lora);
        Array.Clear(_fifo);
        (_fsk[1], _lora[1]) = (0x09, 0x09);
        (_fsk[0x42], _lora[0x42]) = (0x12, 0x12);
        _fsk[0x3B] = 0x02;
        _lora[0x1D] = 0x72;
        _lora[0x1E] = 0x70;
        _lora[0x21] = 8;
        _lora[0x31] = 0xC3;
        _lora[0x33] = 0x27;
        _lora[0x39] = 0x12;
        _lora[0x3B] = 0x1D;
        WasCalibrated = false;
    }

    public override void HearPreamble() => _lora[0x18] = 0x01;

    public override void Hear(byte[] frame, bool hasCrc, bool isDamaged, int rssi, int snrQuarters)
    {
        if (!IsReceiving)
        {
            return;
        }

        for (int i = 0; i < frame.Length; i++)
        {
            _fifo[(_received + i) & 0xFF] = frame[i];
        }

        _lora[0x10] = (byte)_received;
        _received = (_received + frame.Length) & 0xFF;
        _lora[0x13] = (byte)frame.Length;
        _lora[0x18] = 0;
        _lora[0x19] = (byte)snrQuarters;
        _lora[0x1A] = (byte)(rssi + 157 - (snrQuarters < 0 ? snrQuarters / 4 : 0));
        _lora[0x1C] = (byte)(hasCrc ? 0x40 : 0);
        _lora[0x12] |= (byte)(0x50 | (isDamaged ? 0x20 : 0));
    }

    public override void EndSending()
    {
        if (Mode == 0x83)
        {
            _lora[1] = 0x81;
            _lora[0x12] |= 0x08;
        }
    }

    protected override void Answer(byte[] send, byte[] receive, int count)
    {
        int register = send[0] & 0x7F;
        bool isWrite = (send[0] & 0x80) != 0;
        receive[0] = 0;
        for (int i = 1; i < count; i++)
        {
            receive[i] = isWrite ? (byte)0 : Read(register);
            if (isWrite)
            {
                Write(register, send[i]);
            }

            register += register == 0 ? 0 : 1;
        }
    }

    private byte[] Page(int register) => register is >= 0x0D and < 0x40 && (Mode & 0x80) == 0 ? _fsk : _lora;

    private byte Read(int register)
    {
        if (register == 0)
        {
            return (Mode & 7) == 0 ? (byte)0 : _fifo[_lora[0x0D]++];
        }

        if (register == 0x3B && (Mode & 0x80) == 0)
        {
            return (byte)((_fsk[0x3B] & ~0x20) | (Now < _imageUntil ? 0x20 : 0));
        }

        return Page(register)[register];
    }

    private void Write(int register, byte value)
    {
        switch (register)
        {
            case 0:
                if ((Mode & 7) != 0)
                {
                    _fifo[_lora[0x0D]++] = value;
                }

                break;
            case 1:
                SetMode(value);
                break;
            case 0x12 when (Mode & 0x80) != 0:
                _lora[0x12] &= (byte)~value;
                break;
            case 0x3B when (Mode & 0x80) == 0:
                if ((value & 0x40) != 0 && Mode == 0x01 && _lora[9] == 0)
                {
                    _imageUntil = Now + ImageCalibrationMs;
                    WasCalibrated = true;
                }

                break;
            default:
                Page(register)[register] = value;
                break;
        }
    }

    private void SetMode(byte value)
    {
        // bit 7 can be changed in sleep mode only
        if (((value ^ Mode) & 0x80) != 0 && (Mode & 7) != 0)
        {
            value ^= 0x80;
        }

        _lora[1] = value;
        if (value == 0x85)
        {
            _received = _lora[0x0F];
        }
        else if (value == 0x83)
        {
            byte[] frame = [.. Enumerable.Range(0, _lora[0x22]).Select(i => _fifo[(_lora[0x0E] + i) & 0xFF])];
            StartSending(frame, Tuning, (_lora[0x1E] & 4) != 0);
        }
        else if ((value & 7) == 0)
        {
            Array.Clear(_fifo);
        }
    }
}
