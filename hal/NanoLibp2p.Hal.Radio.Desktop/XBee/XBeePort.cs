using System;
using NanoLibp2p.Hal.Ieee802154;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Hal.Radio.XBee;

/// <summary>
/// An XBee at a serial port of this host. It is asked for its API mode when the port is opened, and again until it answers, so that a port
/// with another thing behind it, or another bit rate, can be told: <see cref="Trouble"/>.
/// </summary>
public sealed class XBeePort : IRadioLine
{
    // AT command and its response (Digi 90002273, "API frames"): type, id, two letters; the response has a status, then the value
    private const byte Command = 0x08;
    private const byte Response = 0x88;
    private const int StatusAt = 4;
    private const int ValueAt = 5;
    private const byte ApiMode = 2;
    private const int AskMs = 3000;
    private static readonly byte[] _ask = [Command, 0xAA, (byte)'A', (byte)'P'];

    private readonly ISerialLine _line;
    private readonly byte[] _request = new byte[XBeeCodec.MaxLine];
    private readonly int _requestCount;
    private XBeeCodec _codec = new();
    private long _askedAt;
    private int _asked;
    private int _mode = -1;

    /// <summary>Makes it; the port is not open yet.</summary>
    /// <param name="line">The port.</param>
    public XBeePort(ISerialLine line)
    {
        _line = line;
        _requestCount = XBeeCodec.Transmit(_ask, _ask.Length, _request);
    }

    /// <summary>Why the radio is of no use, and what to do; null when it answers, and before it had the time to.</summary>
    public string? Trouble => _mode switch
    {
        ApiMode => null,
        < 0 when _asked > 1 => $"no XBee answers at {_line.BitRate} bit/s: set AP to 2 and BD to that rate with XCTU, then WR; or the port "
            + "is another thing's",
        < 0 => null,
        _ => $"the XBee is in API mode {_mode}: set AP to 2 with XCTU, then WR",
    };

    /// <inheritdoc/>
    public LinkError Open()
    {
        _codec = new XBeeCodec();
        _mode = -1;
        _asked = 0;
        LinkError error = _line.Open();
        if (error == LinkError.None)
        {
            Ask();
        }

        return error;
    }

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        if (_mode < 0 && Environment.TickCount64 - _askedAt >= AskMs)
        {
            Ask();
        }

        int read = _line.Read(buffer, offset, count);
        for (int i = 0; i < read && _mode != ApiMode; i++)
        {
            // what is asked for fits any length, and what is not is the link's
            int data = _codec.Receive(buffer[offset + i]);
            if (data > ValueAt && _codec.Data[0] == Response && _codec.Data[1] == _ask[1] && _codec.Data[StatusAt] == 0)
            {
                _mode = _codec.Data[data - 1];
            }
        }

        return read;
    }

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count) => _line.Write(buffer, offset, count);

    /// <inheritdoc/>
    public void Wait(int milliseconds) => _line.Wait(milliseconds);

    /// <inheritdoc/>
    public void Close() => _line.Close();

    // a radio that is in the middle of a frame of somebody else's takes none of this: it is asked again
    private void Ask()
    {
        _askedAt = Environment.TickCount64;
        _asked++;
        _line.Write(_request, 0, _requestCount);
    }
}
