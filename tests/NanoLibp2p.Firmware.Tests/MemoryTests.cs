using System;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Memory;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class MemoryTests
{
    [Fact]
    public void Ten_thousand_readings_take_nothing_from_the_heap()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        gateway.IsDeaf = true;
        gateway.Listen();
        TestBoard board = new(world.Network) { IsSilent = true };
        Device device = world.AddDevice(board, null, 100, gateway.Address);
        world.Run(60_000);
        int before = gateway.Messages;

        long start = GC.GetAllocatedBytesForCurrentThread();
        world.Run(1_000_000);
        long taken = GC.GetAllocatedBytesForCurrentThread() - start;

        Assert.InRange(gateway.Messages - before, 9_999, 10_001);
        Assert.Equal(0u, device.Dropped);
        Assert.Equal(0, taken);
    }

    [Fact]
    public void A_ring_that_overflows_while_dials_fail_takes_nothing_from_the_heap()
    {
        World world = new();
        TestBoard board = new(world.Network) { IsSilent = true };
        Device device = world.AddDevice(board, null, 100, "/ip4/127.0.0.1/tcp/9");
        world.Run(200_000);

        long start = GC.GetAllocatedBytesForCurrentThread();
        world.Run(1_000_000);
        long taken = GC.GetAllocatedBytesForCurrentThread() - start;

        Assert.InRange(device.Dropped, 10_000u, 12_000u);
        Assert.Equal(0, taken);
    }

    [Fact]
    public void The_shell_of_a_default_device_takes_less_than_7_KiB_on_a_board_beside_its_node()
    {
        World world = new();
        TestBoard board = new(world.Network);
        Device device = world.AddDevice(board, null, 1000, "/ip4/127.0.0.1/tcp/9");

        Assert.InRange(Shell(device), 4096, 7 * 1024);
    }

    [Fact]
    public void A_whole_default_device_with_its_ring_takes_less_than_30_KiB_on_a_board_beside_its_large_receive_buffer()
    {
        World world = new();
        TestBoard board = new(world.Network);
        Device device = world.AddDevice(board, null, 1000, "/ip4/127.0.0.1/tcp/9");

        // the node's part is that of a device: here it has tables that only a desktop needs
        MemoryBill node = MemoryBill.Of(new NodeOptions { LargeRecordBytes = 0 }, new PubSub.PubSubOptions());

        Assert.InRange(Shell(device) + node.Total, 16 * 1024, 30 * 1024);
    }

    // the options of node and pubsub have fields here that only a desktop has
    private static int Shell(Device device) =>
        LiveHeap.Measure(device, item => item is Node or PubSub.PubSubProtocol or CryptoProvider or Board or Hal.IStreamTransport
            or NodeOptions or PubSub.PubSubOptions).Values.Sum();
}
