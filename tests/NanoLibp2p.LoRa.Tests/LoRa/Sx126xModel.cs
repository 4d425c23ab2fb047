using System;
using System.Linq;

namespace NanoLibp2p.LoRa.Tests.LoRa;

/// <summary>
/// An SX1262 as its commands are seen from the bus (datasheet DS.SX1261-2.W.APP Rev 2.1): modes, BUSY, buffer, registers, interrupts; what
/// sleep keeps and what it doesn't.
/// </summary>
internal sealed class Sx126xModel : RadioModel
{
    private readonly byte[] _registers = new byte[0x1000];
    private readonly byte[] _buffer = new byte[256];
    private readonly byte[] _packet = new byte[6];
    private readonly byte[] _modulation = new byte[4];
    private State _state;
    private int _type;
    private int _frequency;
    private int _irq;
    private int _irqMask;
    private int _dioMask;
    private int _rxStart;
    private int _rxCount;
    private int _rssi;
    private int _snr;
    private int _received;
    private long _busyUntil;

    public Sx126xModel(Medium medium)
        : base(medium) => PowerOn();

    private enum State
    {
        Sleep,
        Standby,
        Receive,
        Transmit,
    }

    /// <summary>Whether the board has a TCXO that the chip has to be told of before anything works.</summary>
    public bool HasTcxo { get; init; }

    public int TcxoCode { get; private set; } = -1;

    public byte[] PaConfig { get; private set; } = [];

    public byte[] TxParams { get; private set; } = [];

    public byte[] ImageBand { get; private set; } = [];

    public bool HasDcDc { get; private set; }

    public bool HasSwitch { get; private set; }

    public override bool IsBusy => IsStuck || IsHeld || _state == State.Sleep || Now < _busyUntil;

    public override bool IsReceiving => _state == State.Receive;

    public byte this[int register] => _registers[register];

    public override Tuning Tuning => new(_frequency, _modulation[0],
        _modulation[1] switch { 4 => 125000, 5 => 250000, 6 => 500000, _ => 1 }, _modulation[2],
        (_packet[0] << 8) | _packet[1], _packet[5] != 0 && (_registers[0x736] & 4) == 0,
        (_registers[0x740] & 0xF0) | (_registers[0x741] >> 4), _modulation[3] != 0);

    protected override bool IsLineHigh => (_irq & _dioMask) != 0;

    public override void PowerOn()
    {
        PowerOns++;
        Array.Clear(_registers);
        Array.Clear(_buffer);
        Array.Clear(_packet);
        Array.Clear(_modulation);
        _registers[0x736] = 0x0D;
        (_registers[0x740], _registers[0x741]) = (0x14, 0x24);
        _registers[0x889] = 0x01;
        _registers[0x8AC] = 0x94;
        _registers[0x8D8] = 0xC8;
        (_state, _type, _irq, _irqMask, _dioMask, _frequency) = (State.Standby, 0, 0, 0, 0, 0);
        (TcxoCode, PaConfig, TxParams, ImageBand, HasDcDc, HasSwitch) = (-1, [], [], [], false, false);
        _busyUntil = Now + 3;
    }

    public override void HearPreamble() => Raise(0x14);

    public override void Hear(byte[] frame, bool hasCrc, bool isDamaged, int rssi, int snrQuarters)
    {
        if (!IsReceiving)
        {
            return;
        }

        for (int i = 0; i < frame.Length; i++)
        {
            _buffer[(_received + i) & 0xFF] = frame[i];
        }

        (_rxStart, _rxCount, _rssi, _snr) = (_received, frame.Length, rssi, snrQuarters);
        _received = (_received + frame.Length) & 0xFF;
        _registers[0x76B] = (byte)(hasCrc ? 0x10 : 0);
        Raise(0x02 | (isDamaged ? 0x40 : 0));
    }

    public override void EndSending()
    {
        if (_state == State.Transmit)
        {
            _state = State.Standby;
            Raise(0x01);
        }
    }

    protected override void Answer(byte[] send, byte[] receive, int count)
    {
        Array.Clear(receive, 0, count);
        if (_state == State.Sleep)
        {
            // the fall of chip select wakes it; what was sent is not heard
            _state = State.Standby;
            _busyUntil = Now + 1;
            return;
        }

        if (IsBusy)
        {
            throw new InvalidOperationException($"command {send[0]:x2} while BUSY is high");
        }

        int status = _state switch { State.Receive => 0x50, State.Transmit => 0x60, _ => 0x20 };
        receive.AsSpan(1, count - 1).Fill((byte)status);
        ReadOnlySpan<byte> argument = send.AsSpan(1, count - 1);
        switch (send[0])
        {
            case 0x02:
                _irq &= ~((argument[0] << 8) | argument[1]);
                break;
            case 0x08:
                (_irqMask, _dioMask) = ((argument[0] << 8) | argument[1], (argument[2] << 8) | argument[3]);
                break;
            case 0x0D:
                argument[2..].CopyTo(_registers.AsSpan((argument[0] << 8) | argument[1]));
                break;
            case 0x0E:
                argument[1..].CopyTo(_buffer.AsSpan(argument[0]));
                break;
            case 0x11:
                receive[2] = (byte)_type;
                break;
            case 0x12:
                (receive[2], receive[3]) = ((byte)(_irq >> 8), (byte)_irq);
                break;
            case 0x13:
                (receive[2], receive[3]) = ((byte)_rxCount, (byte)_rxStart);
                break;
            case 0x14:
                (receive[2], receive[3]) = ((byte)(-_rssi * 2), (byte)_snr);
                break;
            case 0x1D:
                _registers.AsSpan((argument[0] << 8) | argument[1], count - 4).CopyTo(receive.AsSpan(4));
                break;
            case 0x1E:
                for (int i = 3; i < count; i++)
                {
                    receive[i] = _buffer[(argument[0] + i - 3) & 0xFF];
                }

                break;
            default:
                Configure(send[0], argument);
                break;
        }
    }

    private void Configure(int command, ReadOnlySpan<byte> argument)
    {
        switch (command)
        {
            case 0x80:
                _state = State.Standby;
                break;
            case 0x82:
                _state = _type == 1 && (!HasTcxo || TcxoCode >= 0) ? State.Receive : State.Standby;
                _received = 0;
                break;
            case 0x83:
                _state = State.Transmit;
                StartSending([.. Enumerable.Range(0, _packet[3]).Select(i => _buffer[i])], Tuning, _packet[4] != 0);
                break;
            case 0x84:
                _state = State.Sleep;
                _registers[0x8AC] = 0x94;
                break;
            case 0x86:
                // the same unit as an SX127x's: 2^19 to 32 MHz
                _frequency = ((argument[0] << 24) | (argument[1] << 16) | (argument[2] << 8) | argument[3]) >> 6;
                break;
            case 0x89:
                _busyUntil = Now + 4;
                break;
            case 0x8A:
                _type = argument[0];
                break;
            case 0x8B:
                argument.CopyTo(_modulation);
                break;
            case 0x8C:
                argument.CopyTo(_packet);
                break;
            case 0x8E:
                TxParams = argument.ToArray();
                break;
            case 0x95:
                PaConfig = argument.ToArray();
                break;
            case 0x96:
                HasDcDc = argument[0] == 1;
                break;
            case 0x97:
                TcxoCode = argument[0];
                break;
            case 0x98:
                ImageBand = argument.ToArray();
                break;
            case 0x9D:
                HasSwitch = argument[0] == 1;
                break;
            case 0x07 or 0x8F or 0xC0:
                break;
            default:
                throw new InvalidOperationException($"command {command:x2} is none that the datasheet has");
        }
    }

    private void Raise(int flags) => _irq |= flags & _irqMask;
}
