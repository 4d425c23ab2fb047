using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Firmware
{
    /// <summary>A device's identity in its board's store: made at the first start, the same from then on.</summary>
    public static class DeviceIdentity
    {
        /// <summary>Its name in the store; the value is libp2p's PrivateKey message (peer-ids spec, "Ed25519"), a secret.</summary>
        public const string StoreName = "identity";

        // the older form of the message, with the public key twice, and a byte to tell a longer one
        private const int MaxBytes = Identity.ProtobufBytes + 32 + 1;

        /// <summary>Reads the identity; makes and stores one if there is none yet, and the board's random bytes are fit for it.</summary>
        /// <exception cref="InvalidOperationException">
        /// What is stored is damaged, or there is none and a new one can't be made (<see cref="Board.RandomWeakness"/>) or stored. A stored
        /// identity is never written over: it may be all that is left of the peer id that others know.
        /// </exception>
        public static Identity Load(Board board)
        {
            byte[] bytes = new byte[MaxBytes];
            int count = board.Store.Read(StoreName, bytes, 0, bytes.Length);
            if (count == -1)
            {
                return Create(board);
            }

            string why = "it is longer than a key or can't be read";
            Identity identity = null;
            if (count >= 0)
            {
                try
                {
                    identity = count < 4 ? null : Identity.FromProtobuf(board.Crypto, bytes, 0, count);
                    why = "it has " + count.ToString() + " bytes; a key has 68";
                }
                catch (ArgumentException e)
                {
                    why = e.Message;
                }
            }

            Array.Clear(bytes, 0, bytes.Length);
            if (identity == null)
            {
                throw new InvalidOperationException("the stored identity is damaged (" + why
                    + "). It was left as it is: put a copy of it back under the name '" + StoreName
                    + "', or delete it to start over with a new identity and a new peer id");
            }

            return identity;
        }

        private static Identity Create(Board board)
        {
            string weakness = board.RandomWeakness;
            if (weakness != null)
            {
                throw new InvalidOperationException("no identity is stored, and the board '" + board.Name
                    + "' makes none, because its random numbers can be guessed: "
                    + weakness + ". Make one elsewhere (nanolibp2p key new --out identity) and put it into the store under the name '"
                    + StoreName + "'");
            }

            Identity identity = Identity.Create(board.Crypto, board.Random);
            byte[] bytes = identity.ToProtobuf();
            bool stored = board.Store.Write(StoreName, bytes, 0, bytes.Length);
            Array.Clear(bytes, 0, bytes.Length);
            if (!stored)
            {
                throw new InvalidOperationException("the new identity could not be stored: the store of the board '" + board.Name
                    + "' is full, broken or not writable. Without it the device would be another peer after each start");
            }

            return identity;
        }
    }
}
