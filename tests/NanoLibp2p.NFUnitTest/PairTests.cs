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
    /// <summary>Two nodes on a network in memory, in virtual time: all of libp2p but the driver. They connect once, for all tests here.</summary>
    [TestClass]
    public class PairTests
    {
        private const string TopicName = "greenhouse";

        private const string Reading = "{\"n\":1,\"celsius\":21.5}";

        private static Simulation s_simulation;
        private static TestNode s_one;
        private static TestNode s_other;
        private static IdentifyAsker s_asker;
        private static Subscriber s_subscriber;
        private static Topic s_topic;

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
            Assert.AreEqual(1, s_one.Connected);
            Assert.AreEqual(1, s_other.Connected);
            Assert.AreEqual(s_other.Node.Identity.PeerId.ToString(), s_one.LastConnected.RemotePeer.ToString());
            Assert.AreEqual(s_one.Node.Identity.PeerId.ToString(), s_other.LastConnected.RemotePeer.ToString());
        }

        [TestMethod]
        public static void A_peer_tells_its_key_and_its_version_when_it_is_asked()
        {
            Assert.IsTrue(s_asker.Ask(s_one.LastConnected));
            s_simulation.Run(1000);
            Assert.IsTrue(s_asker.Ended);
            Assert.AreEqual(Hex.Text(s_other.Node.Identity.PublicKeyProtobuf), Hex.Text(s_asker.Field(IdentifyField.PublicKey)));
            byte[] agent = s_asker.Field(IdentifyField.AgentVersion);
            Assert.AreEqual(new NodeOptions().AgentVersion, Bytes.ToText(agent, 0, agent.Length), "the version that it tells");
        }

        [TestMethod]
        public static void A_ping_comes_back()
        {
            Pongs pongs = new Pongs();
            s_one.Node.Ping.Events = pongs;
            Assert.IsTrue(s_one.Node.Ping.Send(s_one.LastConnected));
            s_simulation.Run(1000);
            Assert.AreEqual(1, pongs.Back);
            Assert.AreEqual(0, pongs.Failed);
        }

        [TestMethod]
        public static void A_reading_is_heard_with_its_authors_signature()
        {
            byte[] reading = Bytes.Ascii(Reading);
            Assert.AreEqual(1, s_topic.Publish(reading, 0, reading.Length), "peers that it was sent to");
            s_simulation.Run(1000);
            Assert.AreEqual(1, s_subscriber.Messages);
            Assert.AreEqual(1, s_subscriber.Signed);
            Assert.IsTrue(s_subscriber.Text == Reading);
            Assert.AreEqual(s_one.Node.Identity.PeerId.ToString(), s_subscriber.Author.ToString());
        }

        private static void Make()
        {
            s_simulation = new Simulation(7);
            s_simulation.Network.Capacity = 1024;
            ManagedCrypto crypto = new ManagedCrypto();
            s_one = s_simulation.Add(SmallNode(), crypto);
            s_other = s_simulation.Add(SmallNode(), crypto);
            s_asker = new IdentifyAsker();
            s_one.Node.Add(s_asker);
            PubSubProtocol here = new PubSubProtocol(new PubSubOptions());
            PubSubProtocol there = new PubSubProtocol(new PubSubOptions());
            s_one.Node.Add(here);
            s_other.Node.Add(there);
            s_subscriber = new Subscriber();
            there.Events = s_subscriber;
            s_topic = here.Open(TopicName);
            there.Join(TopicName);
            s_one.Dial(s_other.Listen());
            s_simulation.Run(5000);
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
            s_simulation = null;
            s_one = null;
            s_other = null;
            s_asker = null;
            s_subscriber = null;
            s_topic = null;
        }
    }
}
