using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.LoRa.Tests.Firmware;

/// <summary>One end of a local network in memory, as the UDP link shows it: it can't be opened while the network is gone, and breaks when
/// it goes.</summary>
internal sealed class LocalNetwork : IFrameLink
{
    private readonly Queue<byte[]> _frames = new();
    private LocalNetwork? _other;
    private bool _isOpen;

    /// <summary>Whether this end is in the network.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Frames that this end has sent.</summary>
    public int Sent { get; private set; }

    public int Mtu => 256;

    public bool HasAddresses => false;

    public bool IsBoundedByAir => false;

    public int AnswerMs => 2000;

    public int RssiDbm => FrameLinkResult.NoSignal;

    public int SnrQuarterDb => FrameLinkResult.NoSignal;

    public static (LocalNetwork Device, LocalNetwork Gateway) Create()
    {
        LocalNetwork device = new();
        device._other = new LocalNetwork { _other = device };
        return (device, device._other);
    }

    public LinkError Open()
    {
        _isOpen = IsUp;
        return IsUp ? LinkError.None : LinkError.Unreachable;
    }

    public int TimeOnAirUs(int count) => 0;

    public int WaitMs(int count, bool isUrgent) => 0;

    public int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
    {
        if (!IsUp || !_isOpen)
        {
            return FrameLinkResult.Failed;
        }

        Sent++;
        if (_other!.IsUp && _other._isOpen)
        {
            _other._frames.Enqueue(frame[offset..(offset + count)]);
        }

        return count;
    }

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        if (!IsUp || !_isOpen)
        {
            return LinkResult.Failed;
        }

        if (!_frames.TryDequeue(out byte[]? frame))
        {
            return 0;
        }

        frame.CopyTo(buffer, offset);
        return frame.Length;
    }

    public int CopyAddress(byte[] buffer, int offset) => 0;

    public int CopyOrigin(byte[] buffer, int offset) => 0;

    public int Poll(long nowMs) => FrameLinkResult.IdleMs;

    public void Wait(int milliseconds)
    {
    }

    public void Close()
    {
        _isOpen = false;
        _frames.Clear();
    }
}
