using System;
using nanoFramework.TestFramework;
using NanoLibp2p.Crypto;
using NanoLibp2p.Noise;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Noise: cacophony's vector of Noise_XX_25519_ChaChaPoly_SHA256, every message of both sides.</summary>
    [TestClass]
    public class NoiseTests
    {
        private const string Prologue = "4a6f686e2047616c74";

        [TestMethod]
        public static void Both_sides_make_cacophonys_messages()
        {
            ManagedCrypto crypto = new ManagedCrypto();
            HandshakeState initiator = Start(crypto, true, "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1",
                "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a");
            HandshakeState responder = Start(crypto, false, "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893",
                "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b");
            Shake(initiator, responder, "4c756477696720766f6e204d69736573",
                "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573");
            Shake(responder, initiator, "4d757272617920526f746862617264",
                "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
                + "81cbad1f276e038c48378ffce2b65285e08d6b68aaa3629a5a8639392490e5b9"
                + "bd5269c2f1e4f488ed8831161f19b7815528f8982ffe09be9b5c412f8a0db50f8814c7194e83f23dbd8d162c9326ad");
            Shake(initiator, responder, "462e20412e20486179656b",
                "c7195ffacac1307ff99046f219750fc47693e23c3cb08b89c2af808b444850a8"
                + "0ae475b9df0f169ae80a89be0865b57f58c9fea0d4ec82a286427402f113e4b6"
                + "ae769a1d95941d49b25030");

            CipherState there = new CipherState(crypto);
            CipherState back = new CipherState(crypto);
            CipherState thereHeard = new CipherState(crypto);
            CipherState backHeard = new CipherState(crypto);
            initiator.Split(there, backHeard);
            responder.Split(back, thereHeard);
            Send(back, backHeard, "4361726c204d656e676572", "96763ed773f8e47bb3712f0e29b3060ffc956ffc146cee53d5e1df");
            Send(there, thereHeard, "4a65616e2d426170746973746520536179",
                "3e40f15f6f3a46ae446b253bf8b1d9ffb6ed9b174d272328ff91a7e2e5c79c07f5");
            Send(back, backHeard, "457567656e2042f6686d20766f6e2042617765726b",
                "eb3f3515110702e047a6c9da4478b6ead94873c11c0f2d710ddb3f09fce024b3a58502ae3f");
        }

        private static HandshakeState Start(CryptoProvider crypto, bool initiator, string staticKey, string ephemeralKey)
        {
            HandshakeState state = new HandshakeState(crypto);
            state.Start(NoisePattern.XX(), initiator, Hex.Bytes(Prologue), Keys(crypto, staticKey), null);
            state.UseEphemeral(Keys(crypto, ephemeralKey));
            return state;
        }

        private static KeyPair Keys(CryptoProvider crypto, string privateKey)
        {
            KeyPair keys = new KeyPair();
            Array.Copy(Hex.Bytes(privateKey), 0, keys.PrivateKey, 0, CryptoProvider.KeyBytes);
            crypto.X25519Base(keys.PrivateKey, 0, keys.PublicKey, 0);
            return keys;
        }

        private static void Shake(HandshakeState from, HandshakeState to, string payload, string message)
        {
            byte[] bytes = Hex.Bytes(payload);
            int header = from.HeaderBytes;
            byte[] buffer = new byte[header + bytes.Length + CryptoProvider.TagBytes];
            Array.Copy(bytes, 0, buffer, header, bytes.Length);
            int count = from.WriteMessage(buffer, 0, bytes.Length);
            Assert.AreEqual(message, Hex.Text(buffer, 0, count), "a handshake message");
            int offset;
            count = to.ReadMessage(buffer, 0, count, out offset);
            Assert.AreEqual(payload, Hex.Text(buffer, offset, count), "its payload");
        }

        private static void Send(CipherState sending, CipherState receiving, string payload, string message)
        {
            byte[] none = new byte[0];
            byte[] bytes = Hex.Bytes(payload);
            byte[] buffer = new byte[bytes.Length + CryptoProvider.TagBytes];
            Array.Copy(bytes, 0, buffer, 0, bytes.Length);
            Assert.AreEqual(buffer.Length, sending.Encrypt(none, 0, 0, buffer, 0, bytes.Length), "bytes sealed");
            Assert.AreEqual(message, Hex.Text(buffer));
            Assert.AreEqual(bytes.Length, receiving.Decrypt(none, 0, 0, buffer, 0, buffer.Length), "bytes opened");
            Assert.AreEqual(payload, Hex.Text(buffer, 0, bytes.Length), "a transport payload");
        }
    }
}
