using System;
using System.Threading.Tasks;
using NanoLibp2p.Hal.Segments;

namespace NanoLibp2p.Hal.Ble.Desktop;

/// <summary>One connection of a <see cref="BlueZLink"/>: where its characteristics are, and the frames under way in both
/// directions.</summary>
internal sealed class BlueZDevice(string path, byte[] address)
{
    private const int AttHead = 3;
    private const int LeastPacket = 20;

    private readonly PacketSplitter _splitter = new(BleLink.FrameMtu);
    private readonly byte[] _packet = new byte[BleLink.FrameMtu + 1];
    private int _packetBytes = LeastPacket;

    internal string Path { get; } = path;

    internal byte[] Address { get; } = address;

    internal PacketJoiner Joiner { get; } = new(BleLink.FrameMtu);

    internal string WritePath { get; private set; } = "";

    internal string NotifyPath { get; private set; } = "";

    /// <summary>Set when services are resolved; ends a wait for it.</summary>
    internal TaskCompletionSource Resolved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool IsOpen { get; set; }

    /// <summary>When it was connected, or answered last, by <see cref="Environment.TickCount64"/>.</summary>
    internal long UsefulAt { get; private set; } = Environment.TickCount64;

    /// <summary>Whether anything was ever sent to it: what does not prove who it is gets no answer, but in first contact.</summary>
    internal bool IsAnswered { get; private set; }

    /// <summary>Whether a frame is being written.</summary>
    internal bool IsWriting { get; private set; }

    internal void Open(string writePath, string notifyPath, int attMtu)
    {
        (WritePath, NotifyPath) = (writePath, notifyPath);
        _packetBytes = Math.Clamp(attMtu - AttHead, LeastPacket, _packet.Length);
        IsOpen = true;
    }

    internal void Start(byte[] frame, int offset, int count)
    {
        IsWriting = true;
        IsAnswered = true;
        UsefulAt = Environment.TickCount64;
        _splitter.Start(frame, offset, count);
    }

    /// <summary>Writes the packets of the frame; one that is not taken ends it.</summary>
    internal async Task WriteAsync(BlueZBus bus)
    {
        try
        {
            int count;
            while ((count = _splitter.Peek(_packet, 0, _packetBytes)) > 0)
            {
                await bus.WriteAsync(WritePath, _packet.AsSpan(0, count));
                _splitter.Advance(_packetBytes);
            }
        }
        finally
        {
            _splitter.Reset();
            IsWriting = false;
        }
    }
}
