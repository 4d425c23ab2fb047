using System;
using nanoFramework.TestFramework;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Crypto;
using NanoLibp2p.PubSub;
using NanoLibp2p.Tests;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Two nodes on a network in memory, in virtual time: all of libp2p but the driver. They connect once, for all tests
    /// here.</summary>
    [TestClass]
    public class PairTests
    {
        private const string TopicName = "greenhouse";

        private const string Reading = "{\"n\":1,\"celsius\":21.5}";

        private static Simulation _simulation;
        private static TestNode _one;
        private static TestNode _other;
        private static IdentifyAsker _asker;
        private static Subscriber _subscriber;
        private static Topic _topic;

        [Setup]
        public static void Connect()
        {
            try
            {
                Make();
            }
            catch (OutOfMemoryException)
            {
                LetGo();
                Assert.SkipTest("two nodes and a network do not fit into this board's heap");
            }
        }

        [TestMethod]
        public static void Two_nodes_connect_and_each_knows_who_the_other_is()
        {
            Assert.AreEqual(1, _one.Connected);
            Assert.AreEqual(1, _other.Connected);
            Assert.AreEqual(_other.Node.Identity.PeerId.ToString(), _one.LastConnected.RemotePeer.ToString());
            Assert.AreEqual(_one.Node.Identity.PeerId.ToString(), _other.LastConnected.RemotePeer.ToString());
        }

        [TestMethod]
        public static void A_peer_tells_its_key_and_its_version_when_it_is_asked()
        {
            Assert.IsTrue(_asker.Ask(_one.LastConnected));
            _simulation.Run(1000);
            Assert.IsTrue(_asker.Ended);
            Assert.AreEqual(Hex.Text(_other.Node.Identity.PublicKeyProtobuf), Hex.Text(_asker.Field(IdentifyField.PublicKey)));
            byte[] agent = _asker.Field(IdentifyField.AgentVersion);
            Assert.AreEqual(new NodeOptions().AgentVersion, Bytes.ToText(agent, 0, agent.Length), "the version that it tells");
        }

        [TestMethod]
        public static void A_ping_comes_back()
        {
            Pongs pongs = new Pongs();
            _one.Node.Ping.Events = pongs;
            Assert.IsTrue(_one.Node.Ping.Send(_one.LastConnected));
            _simulation.Run(1000);
            Assert.AreEqual(1, pongs.Back);
            Assert.AreEqual(0, pongs.Failed);
        }

        [TestMethod]
        public static void A_reading_is_heard_with_its_authors_signature()
        {
            byte[] reading = Bytes.Ascii(Reading);
            Assert.AreEqual(1, _topic.Publish(reading, 0, reading.Length), "peers that it was sent to");
            _simulation.Run(1000);
            Assert.AreEqual(1, _subscriber.Messages);
            Assert.AreEqual(1, _subscriber.Signed);
            Assert.IsTrue(_subscriber.Text == Reading);
            Assert.AreEqual(_one.Node.Identity.PeerId.ToString(), _subscriber.Author.ToString());
        }

        private static void Make()
        {
            _simulation = new Simulation(7);
            _simulation.Network.Capacity = 1024;
            ManagedCrypto crypto = new ManagedCrypto();
            _one = _simulation.Add(SmallNode(), crypto);
            _other = _simulation.Add(SmallNode(), crypto);
            _asker = new IdentifyAsker();
            _one.Node.Add(_asker);
            PubSubProtocol here = new PubSubProtocol(new PubSubOptions());
            PubSubProtocol there = new PubSubProtocol(new PubSubOptions());
            _one.Node.Add(here);
            _other.Node.Add(there);
            _subscriber = new Subscriber();
            there.Events = _subscriber;
            _topic = here.Open(TopicName);
            there.Join(TopicName);
            _one.Dial(_other.Listen());
            _simulation.Run(5000);
        }

        // as on a board without PSRAM, where both nodes have to fit
        private static NodeOptions SmallNode()
        {
            NodeOptions options = new NodeOptions();
            options.LargeRecordBytes = 0;
            return options;
        }

        [Cleanup]
        public static void LetGo()
        {
            _simulation = null;
            _one = null;
            _other = null;
            _asker = null;
            _subscriber = null;
            _topic = null;
        }
    }
}
