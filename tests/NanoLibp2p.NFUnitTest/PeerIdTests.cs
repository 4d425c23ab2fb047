using nanoFramework.TestFramework;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Names and addresses: the example of the peer-ids spec, and addresses that go-multiaddr tests.</summary>
    [TestClass]
    public class PeerIdTests
    {
        private const string Base58 = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";

        // the CID of the same peer, bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u, without its two first bytes
        private const string Multihash = "0024080112202d3de6d16ae87f7a933fe1552162a2d3f04951e90e8051e4ee2c18f002dd0fb4";

        [TestMethod]
        public static void A_peer_id_is_read_and_shown_in_base58()
        {
            PeerId id = PeerId.Parse(Base58);
            Assert.AreEqual(Multihash, Hex.Text(id.ToBytes()));
            Assert.AreEqual(Base58, PeerId.FromEd25519(Hex.Bytes(Multihash), 6).ToString(), "the id of the key");
        }

        [TestMethod]
        public static void A_text_that_was_cut_is_not_a_peer_id()
        {
            string error;
            Assert.IsNull(PeerId.TryParse("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5m", out error), "it was read");
            Assert.IsNotNull(error);
        }

        [TestMethod]
        public static void An_address_has_its_bytes_and_its_text()
        {
            Multiaddr address = Multiaddr.Parse("/ip4/127.0.0.1/tcp/4321");
            Assert.AreEqual("047f0000010610e1", Hex.Text(address.ToBytes()));
            Assert.AreEqual("/ip4/127.0.0.1/tcp/4321/p2p/" + Base58, address.WithPeerId(PeerId.Parse(Base58)).ToString());
            Assert.AreEqual("3604612e696f", Hex.Text(Multiaddr.Parse("/dns4/a.io").ToBytes()));
        }
    }
}
