using System;
using System.Linq;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class RunTests
{
    [Fact]
    public void A_step_that_throws_is_logged_and_the_device_goes_on_until_it_is_stopped()
    {
        TestBoard board = new(new MemoryNetwork(1));
        FaultyLink link = new();
        Device device = new(board, new Core.Node(new Core.NodeOptions(), DeviceIdentity.Load(board), board.Crypto, board.Random), link,
            new DeviceOptions());
        link.Stop = device.Stop;
        device.Publish(board.Counter, device.OpenTopic("a"), 1000);

        device.Run();

        Assert.Equal(3, link.Waits);
        Assert.True(link.IsClosed);
        Assert.Single(board.Lines, line => line.EndsWith("a step failed: the driver fell over"));
        Assert.Equal(1, board.Compactions);
        Assert.Equal($"0: test is {device.Node.Identity.PeerId}", board.Lines.First());
    }

    [Fact]
    public void A_device_waits_no_longer_than_to_its_next_reading()
    {
        TestBoard board = new(new MemoryNetwork(1));
        FaultyLink link = new() { IsSound = true };
        Device device = new(board, new Core.Node(new Core.NodeOptions(), DeviceIdentity.Load(board), board.Crypto, board.Random), link,
            new DeviceOptions());
        link.Stop = device.Stop;
        device.Publish(board.Counter, device.OpenTopic("a"), 70);

        device.Run();

        Assert.Equal(70, link.LongestWait);
    }

    private sealed class FaultyLink : IStreamTransport
    {
        public Action? Stop { get; set; }

        public bool IsSound { get; set; }

        public int Waits { get; private set; }

        public int LongestWait { get; private set; }

        public bool IsClosed { get; private set; }

        public void Wait(int milliseconds)
        {
            Waits++;
            LongestWait = Math.Max(LongestWait, milliseconds);
            if (Waits == 2 && !IsSound)
            {
                throw new InvalidOperationException("the driver fell over");
            }

            if (Waits == 3)
            {
                Stop!();
            }
        }

        public IStreamLink Dial(string host, int port) => throw new NotSupportedException();

        public int Listen(string host, int port, out LinkError error) => throw new NotSupportedException();

        public IStreamLink? Accept() => null;

        public void Close() => IsClosed = true;
    }
}
