using System;
using System.IO;
using System.IO.Ports;
using System.Threading;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Hal.Radio.Serial;

/// <summary>A serial port of this host, such as <c>/dev/ttyUSB0</c> or <c>COM3</c>: 8 bits, no parity, one stop bit, no flow
/// control.</summary>
public sealed class SerialPortLine : ISerialLine
{
    private const int BufferBytes = 16 * 1024;
    private readonly string _name;
    private readonly Lock _lock = new();
    private readonly byte[] _read = new byte[BufferBytes];
    private readonly AutoResetEvent _arrived = new(false);
    private SerialPort? _port;
    private int _readAt;
    private int _readCount;
    private bool _isBroken;

    /// <summary>Makes a line that is not open yet.</summary>
    /// <param name="name">The port's name, as the operating system has it.</param>
    /// <param name="bitRate">Bits a second.</param>
    public SerialPortLine(string name, int bitRate = 115_200)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bitRate, 300);
        _name = name;
        BitRate = bitRate;
    }

    /// <inheritdoc/>
    public int BitRate { get; }

    /// <inheritdoc/>
    public LinkError Open()
    {
        Close();
        SerialPort port = new(_name, BitRate) { WriteTimeout = 1000 };
        try
        {
            port.Open();
            port.DiscardInBuffer();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException
            or InvalidOperationException)
        {
            port.Dispose();
            return exception is FileNotFoundException or DirectoryNotFoundException || !File.Exists(_name) ? LinkError.Unreachable
                : exception is UnauthorizedAccessException ? LinkError.AddressUnavailable
                : LinkError.Other;
        }

        _port = port;
        _isBroken = false;
        _readCount = 0;
        new Thread(() => ReadOn(port)) { IsBackground = true, Name = $"reads {_name}" }.Start();
        return LinkError.None;
    }

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        lock (_lock)
        {
            int taken = Math.Min(count, _readCount);
            if (taken == 0)
            {
                return _port == null || _isBroken ? LinkResult.Failed : 0;
            }

            int first = Math.Min(taken, BufferBytes - _readAt);
            _read.AsSpan(_readAt, first).CopyTo(buffer.AsSpan(offset));
            _read.AsSpan(0, taken - first).CopyTo(buffer.AsSpan(offset + first));
            _readAt = (_readAt + taken) % BufferBytes;
            _readCount -= taken;
            return taken;
        }
    }

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count)
    {
        if (_port == null || _isBroken)
        {
            return LinkResult.Failed;
        }

        try
        {
            _port.BaseStream.Write(buffer, offset, count);
            return count;
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or InvalidOperationException
            or UnauthorizedAccessException)
        {
            _isBroken = true;
            return LinkResult.Failed;
        }
    }

    /// <inheritdoc/>
    public void Wait(int milliseconds)
    {
        bool hasBytes;
        lock (_lock)
        {
            hasBytes = _readCount > 0;
        }

        if (!hasBytes)
        {
            _arrived.WaitOne(Math.Clamp(milliseconds, 0, 1000));
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        SerialPort? port = _port;
        _port = null;
        try
        {
            port?.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // its device was pulled out
        }
    }

    // a serial port tells of what arrives by blocking alone; what nobody takes is lost, oldest last
    private void ReadOn(SerialPort port)
    {
        byte[] chunk = new byte[1024];
        try
        {
            while (ReferenceEquals(_port, port) && port.IsOpen)
            {
                int count = port.BaseStream.Read(chunk, 0, chunk.Length);
                if (count <= 0)
                {
                    break;
                }

                lock (_lock)
                {
                    for (int i = 0; i < count && _readCount < BufferBytes; i++)
                    {
                        _read[(_readAt + _readCount++) % BufferBytes] = chunk[i];
                    }
                }

                _arrived.Set();
            }
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or InvalidOperationException
            or OperationCanceledException or UnauthorizedAccessException)
        {
            // closed, or its device is gone
        }

        if (ReferenceEquals(_port, port))
        {
            _isBroken = true;
            _arrived.Set();
        }
    }
}
