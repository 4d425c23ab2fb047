using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>Devices and gateways on one network, in virtual time.</summary>
internal sealed class World
{
    private readonly List<Device> _devices = [];
    private readonly List<Gateway> _gateways = [];
    private int _nextPort = 4001;

    public World(uint seed = 1)
    {
        Network = new MemoryNetwork(seed);
        // as a board that has run for a while
        Network.NowMs = 5_000_000;
    }

    public MemoryNetwork Network { get; }

    /// <summary>Whoever else runs in this world: called with its time in each step, and tells when to be called again.</summary>
    public List<Func<long, long>> Others { get; } = [];

    /// <summary>What the devices' clocks show; the network's own time unless told otherwise.</summary>
    public Func<long, long> Clock { get; set; } = now => now;

    public long NowMs => Network.NowMs;

    /// <summary>The longest time without a step, as Device.Run has one.</summary>
    public int MaxStepMs { get; set; } = int.MaxValue;

    /// <summary>A gateway that listens and subscribed to "a", and a device that dials it and publishes there.</summary>
    public static World OfTwo(out Gateway gateway, out TestBoard board, out Device device, DeviceOptions? options = null,
        int everyMs = 1000, uint seed = 1)
    {
        World world = new(seed);
        gateway = world.AddGateway("a");
        gateway.Listen();
        board = new TestBoard(world.Network, seed);
        device = world.AddDevice(board, options, everyMs, gateway.Address);
        return world;
    }

    public Gateway AddGateway(params string[] topics) => AddGateway(new TestNode(Network, Gateway.Sizes), topics);

    public Gateway AddGateway(TestNode host, params string[] topics)
    {
        Gateway gateway = new(host, _nextPort++, topics);
        _gateways.Add(gateway);
        return gateway;
    }

    /// <summary>A device with the sensor program; the interval and the rest as told.</summary>
    public Device AddDevice(TestBoard board, DeviceOptions? options, int everyMs, params string[] dial)
    {
        DeviceSettings settings = DeviceSettings.Parse(
            $"topic = a\nevery = {everyMs}\n{string.Join('\n', Array.ConvertAll(dial, address => "dial = " + address))}");
        return Add(SensorProgram.Create(board, settings, options ?? new DeviceOptions()));
    }

    /// <summary>A device made elsewhere, on a board of this network.</summary>
    public Device Add(Device device)
    {
        _devices.Add(device);
        return device;
    }

    public void Remove(Device device) => _devices.Remove(device);

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
        foreach (Device device in _devices)
        {
            long now = Clock(NowMs);
            long wanted = device.Step(now);
            next = wanted == long.MaxValue ? next : Math.Min(next, NowMs + (wanted - now));
        }

        foreach (Gateway gateway in _gateways)
        {
            next = Math.Min(next, gateway.Host.Node.Poll(NowMs));
        }

        foreach (Func<long, long> other in Others)
        {
            next = Math.Min(next, other(NowMs));
        }

        return Math.Min(Math.Min(next, Network.NextArrival), NowMs + MaxStepMs);
    }

    private static bool Never() => false;
}
