using System;
using System.Threading;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Firmware;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Page;

/// <summary>A virtual board that publishes at a gateway until it is disposed.</summary>
internal sealed class TestBoard : IDisposable
{
    internal const string Topic = "greenhouse/climate";

    private readonly VirtualBoard _board = new("test board", new MemoryStore());
    private readonly Device _device;
    private readonly Thread _thread;

    internal TestBoard(GatewayHost gateway)
    {
        DeviceSettings settings = DeviceSettings.Parse($"dial = {gateway.Node.ListenAddresses[0]}\ntopic = {Topic}\nevery = 200\n");
        _device = SensorProgram.Create(_board, settings, _board.CreateOptions());
        _thread = new Thread(_device.Run) { IsBackground = true };
        _thread.Start();
    }

    internal PeerId Peer => _device.Node.Identity.PeerId;

    public void Dispose()
    {
        _device.Stop();
        _thread.Join();
        _board.Dispose();
    }
}
