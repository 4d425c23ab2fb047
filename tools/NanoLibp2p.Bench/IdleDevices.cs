using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Bench;

/// <summary>
/// Many devices in one process, each a peer of its own with one connection to the same node and one topic, as a gateway has them. They
/// answer what they are asked and are idle otherwise. One thread of its own runs them.
/// </summary>
internal sealed class IdleDevices : IDisposable
{
    /// <summary>The topic that each subscribes to.</summary>
    public const string Topic = "greenhouse/climate";

    private const int ConnectPatienceMs = 60_000;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Device> _devices = [];
    private readonly Thread _thread;
    private volatile bool _isOver;
    private volatile int _connected;
    private volatile Exception? _fault;

    /// <summary>Begins to connect them, one after the other.</summary>
    public IdleDevices(Multiaddr address, int count)
    {
        _thread = new Thread(() => Run(address, count)) { IsBackground = true, Name = "devices" };
        _thread.Start();
    }

    /// <summary>How many are connected.</summary>
    public int Connected => _fault == null ? _connected : throw new InvalidOperationException(_fault.Message, _fault);

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Run(Multiaddr address, int count)
    {
        try
        {
            CryptoProvider crypto = DesktopCrypto.Choose();
            SystemRandom random = new();
            for (int i = 0; i < count && !_isOver; i++)
            {
                Device device = new(crypto, random);
                _devices.Add(device);
                device.Node.Dial([address]);
                long end = _clock.ElapsedMilliseconds + ConnectPatienceMs;
                while (!device.Node.Connections[0].IsOpen && !_isOver)
                {
                    if (device.Node.Connections[0].State == ConnectionState.Free)
                    {
                        // a gateway that is busy with the others may have been too late
                        device.Node.Dial([address]);
                    }

                    if (_clock.ElapsedMilliseconds > end)
                    {
                        throw new TimeoutException($"device {i} is not connected: {device.Node.Connections[0].CloseReason}");
                    }

                    PollSome(device);
                }

                _connected++;
            }

            while (!_isOver)
            {
                foreach (Device device in _devices)
                {
                    device.Node.Poll(_clock.ElapsedMilliseconds);
                }

                Thread.Sleep(20);
            }
        }
        catch (Exception e)
        {
            _fault = e;
        }

        foreach (Device device in _devices)
        {
            device.Node.Close();
        }
    }

    // the one that connects, and a few of the others in turn
    private void PollSome(Device device)
    {
        long now = _clock.ElapsedMilliseconds;
        device.Node.Poll(now);
        for (int i = 0; i < 4; i++)
        {
            _devices[_next++ % _devices.Count].Node.Poll(now);
        }
    }

    private int _next;

    private sealed class Device
    {
        internal Device(CryptoProvider crypto, SystemRandom random)
        {
            NodeOptions options = new() { LargeRecordBytes = 0 };
            Node = new Node(options, Identity.Create(crypto, random), crypto, random) { Transport = new TcpTransport(1) };
            PubSubProtocol pubsub = new(new PubSubOptions());
            Node.Add(pubsub);
            pubsub.Join(Topic);
        }

        internal Node Node { get; }
    }
}
