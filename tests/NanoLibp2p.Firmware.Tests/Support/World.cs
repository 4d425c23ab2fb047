using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>Devices and gateways on one network, in virtual time.</summary>
internal sealed class World
{
    private readonly List<Device> devices = [];
    private readonly List<Gateway> gateways = [];
    private int nextPort = 4001;

    public World(uint seed = 1)
    {
        Network = new MemoryNetwork(seed);
        // as a board that has run for a while
        Network.NowMs = 5_000_000;
    }

    public MemoryNetwork Network { get; }

    public long NowMs => Network.NowMs;

    public Gateway AddGateway(params string[] topics)
    {
        var gateway = new Gateway(Network, nextPort++, topics);
        gateways.Add(gateway);
        return gateway;
    }

    /// <summary>A device with the sensor program; the interval and the rest as told.</summary>
    public Device AddDevice(TestBoard board, DeviceOptions? options, int everyMs, params string[] dial)
    {
        DeviceSettings settings = DeviceSettings.Parse($"topic = a\nevery = {everyMs}\n{string.Join('\n', Array.ConvertAll(dial, address => "dial = " + address))}");
        Device device = SensorProgram.Create(board, settings, options ?? new DeviceOptions());
        devices.Add(device);
        return device;
    }

    public bool Run(Func<bool> until, int milliseconds)
    {
        long end = NowMs + milliseconds;
        while (!until())
        {
            long next = Step();
            if (next > NowMs)
            {
                if (next > end)
                {
                    Network.NowMs = end;
                    return until();
                }

                Network.NowMs = next;
            }
        }

        return true;
    }

    public void Run(int milliseconds) => Run(Never, milliseconds);

    public long Step()
    {
        long next = Network.NextArrival;
        foreach (Device device in devices)
        {
            next = Math.Min(next, device.Step(NowMs));
        }

        foreach (Gateway gateway in gateways)
        {
            next = Math.Min(next, gateway.Host.Node.Poll(NowMs));
        }

        return Math.Min(next, Network.NextArrival);
    }

    private static bool Never() => false;
}
