using System;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;

namespace NanoLibp2p.LoRa.Tests.Ble;

/// <summary>One end of a GATT connection in memory, with the queue that the drivers have.</summary>
internal sealed class AttPipe : IAttChannel
{
    private readonly PacketQueue _queue = new(1024);
    private bool _isOpen;

    public AttPipe? Other { get; set; }

    public int Connection { get; set; }

    public int PacketBytes { get; set; } = 20;

    /// <summary>How many of the next packets the stack does not take.</summary>
    public int Refuses { get; set; }

    /// <summary>How many of the next packets are lost on the way.</summary>
    public int Loses { get; set; }

    public int Packets { get; private set; }

    public static (AttPipe Device, AttPipe Gateway) Create(int packetBytes)
    {
        AttPipe device = new() { PacketBytes = packetBytes };
        AttPipe gateway = new() { PacketBytes = packetBytes, Other = device };
        device.Other = gateway;
        return (device, gateway);
    }

    public LinkError Open()
    {
        _isOpen = true;
        if (Other!._isOpen)
        {
            Reconnect();
        }

        return LinkError.None;
    }

    /// <summary>The connection ends, and another begins.</summary>
    public void Reconnect()
    {
        foreach (AttPipe end in new[] { this, Other! })
        {
            end._queue.Clear();
            end.Connection++;
        }
    }

    public bool Send(byte[] packet, int count)
    {
        if (count < 2 || count > PacketBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "no stack takes that");
        }

        if (Refuses > 0)
        {
            Refuses--;
            return false;
        }

        Packets++;
        return Loses-- > 0 || Other!._queue.Put(packet, count);
    }

    public int Receive(byte[] packet) => _queue.Take(packet);

    public void Wait(int milliseconds)
    {
    }

    public void Close()
    {
        _isOpen = false;
        _queue.Clear();
        Connection = 0;
        Other!.Connection = 0;
    }
}
