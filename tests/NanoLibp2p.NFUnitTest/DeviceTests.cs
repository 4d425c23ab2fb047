using System;
using nanoFramework.TestFramework;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>The shell of a device, as a board's app makes it, with a gateway on a network in memory.</summary>
    [TestClass]
    public class DeviceTests
    {
        [TestMethod]
        public static void A_device_dials_its_gateway_again_and_its_readings_are_heard()
        {
            try
            {
                Work();
            }
            catch (OutOfMemoryException)
            {
                Assert.SkipTest("a device and a gateway do not fit into this board's heap");
            }
        }

        private static void Work()
        {
            MemoryDisk.Format();
            MemoryNetwork network = new MemoryNetwork(5);
            network.NowMs = 5000000;
            network.Capacity = 1024;
            NodeOptions small = new NodeOptions();
            small.LargeRecordBytes = 0;
            TestNode gateway = new TestNode(network, small);
            PubSubProtocol pubsub = new PubSubProtocol(new PubSubOptions());
            Subscriber subscriber = new Subscriber();
            pubsub.Events = subscriber;
            gateway.Node.Add(pubsub);
            pubsub.Join("a");
            LinkError error;
            Multiaddr bound = gateway.Node.Listen(Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001"), out error);
            string name = "/dns4/gateway.local/tcp/4001/p2p/" + bound.PeerId.ToString();
            DeviceSettings settings = DeviceSettings.Parse("topic = a\nevery = 4000\ndial = " + name);
            DeviceOptions options = new DeviceOptions();
            options.RingBytes = 1024;
            options.Node.LargeRecordBytes = 0;
            Device device = SensorProgram.Create(new MemoryBoard(network), settings, options);

            Run(network, device, gateway, 15000);
            Assert.IsTrue(subscriber.Messages > 2, "readings heard: " + subscriber.Messages.ToString());
            Assert.AreEqual(subscriber.Messages, subscriber.Signed);
            Assert.AreEqual(device.Node.Identity.PeerId.ToString(), subscriber.Author.ToString());
            Assert.AreEqual(0u, device.Dropped);
            string reading = "{\"n\":" + device.Readings.ToString() + ",\"count\":" + device.Readings.ToString() + "}";
            Assert.IsTrue(subscriber.Text == reading);

            // the name was looked up once
            Assert.AreEqual(name, device.Dialed.DialAddress.ToString());
            ((MemoryLink)device.Dialed.Link).Break();
            Run(network, device, gateway, 15000);
            Assert.AreEqual(2, gateway.Connected);
            Assert.AreEqual(bound.ToString(), device.Dialed.DialAddress.ToString());

            // the identity was stored
            Assert.IsNotNull(MemoryDisk.Find("I:\\identity"));
        }

        private static void Run(MemoryNetwork network, Device device, TestNode gateway, int milliseconds)
        {
            long end = network.NowMs + milliseconds;
            while (network.NowMs < end)
            {
                long now = network.NowMs;
                long next = device.Step(now);
                long other = gateway.Node.Poll(now);
                next = other < next ? other : next;
                other = network.NextArrival;
                next = other < next ? other : next;
                if (next > now)
                {
                    network.NowMs = next < end ? next : end;
                }
            }
        }
    }
}
