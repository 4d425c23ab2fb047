using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ieee802154;

namespace NanoLibp2p.LoRa.Tests.Ieee802154;

/// <summary>
/// An XBee with 802.15.4 firmware as its serial line shows it: requests in, statuses and what others sent out. Others are reached at once.
/// </summary>
internal sealed class XBeeModel(byte[] address, List<XBeeModel> air) : IRadioLine
{
    private readonly XBeeCodec _codec = new();
    private readonly Queue<byte> _toHost = new();
    private bool _isOpen;

    public byte[] Address { get; } = address;

    public int Opened { get; private set; }

    /// <summary>Says nothing more until it is opened again.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Packets that no acknowledgement comes for: the number of the next ones that fail.</summary>
    public int Fails { get; set; }

    /// <summary>Bytes that it takes at once.</summary>
    public int Chunk { get; set; } = int.MaxValue;

    /// <summary>What it says when it is asked for AP.</summary>
    public byte ApiMode { get; set; } = 2;

    public List<byte[]> Requests { get; } = [];

    public LinkError Open()
    {
        Opened++;
        _isOpen = true;
        IsSilent = false;
        _toHost.Clear();
        return LinkError.None;
    }

    public int Read(byte[] buffer, int offset, int count)
    {
        if (!_isOpen)
        {
            return LinkResult.Failed;
        }

        int done = 0;
        while (done < count && _toHost.TryDequeue(out byte value))
        {
            buffer[offset + done++] = value;
        }

        return done;
    }

    public int Write(byte[] buffer, int offset, int count)
    {
        int taken = Math.Min(count, Chunk);
        for (int i = 0; i < taken; i++)
        {
            int data = _codec.Receive(buffer[offset + i]);
            if (data > 0)
            {
                Answer(_codec.Data[..data]);
            }
        }

        return taken;
    }

    public void Wait(int milliseconds)
    {
    }

    public void Close() => _isOpen = false;

    public void Break() => _isOpen = false;

    public void Tell(params byte[] data)
    {
        byte[] line = new byte[XBeeCodec.MaxLine];
        int count = XBeeCodec.Transmit(data, data.Length, line);
        for (int i = 0; i < count; i++)
        {
            _toHost.Enqueue(line[i]);
        }
    }

    private void Answer(byte[] request)
    {
        if (request[0] == 0x08 && !IsSilent)
        {
            Tell(0x88, request[1], request[2], request[3], 0, ApiMode);
            return;
        }

        Requests.Add(request);
        if (IsSilent)
        {
            return;
        }

        byte[] to = request[2..10];
        bool isBroadcast = to.AsSpan().SequenceEqual((byte[])[0, 0, 0, 0, 0, 0, 0xFF, 0xFF]);
        bool isDelivered = isBroadcast;
        if (Fails == 0)
        {
            foreach (XBeeModel other in air)
            {
                if (other != this && (isBroadcast || other.Address.AsSpan().SequenceEqual(to)))
                {
                    other.Tell([0x90, .. Address, 0xFF, 0xFE, (byte)(isBroadcast ? 2 : 1), .. request[14..]]);
                    isDelivered = true;
                }
            }
        }
        else
        {
            Fails--;
        }

        // delivered, or no acknowledgement from the other's radio
        Tell(0x8B, request[1], 0xFF, 0xFE, 0, (byte)(isDelivered ? 0 : 1), 0);
    }
}
