using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Sender
{
    /// <summary>A deposit (SPEC.md 8.1). Its arrays are the caller's, and must stay as they are until the request is over.</summary>
    public sealed class DepositOptions
    {
        /// <summary>The recipient.</summary>
        public PeerId To;

        /// <summary>Has the sealed item; null cancels what waits in <see cref="Slot"/>, or leaves a token.</summary>
        public byte[] Item;

        /// <summary>Where the item begins.</summary>
        public int Offset;

        /// <summary>Bytes of the item.</summary>
        public int Count;

        /// <summary>Seconds that the gateway is to keep it.</summary>
        public int Ttl = 604800;

        /// <summary>0 to 3, the highest first; lowered to what the token allows.</summary>
        public int Priority;

        /// <summary>8 bytes that make it replace what waits under the same from this device (SPEC.md 10.2); null for none.</summary>
        public byte[] Slot;

        /// <summary>The token that the recipient gave out, at most 256 bytes; null once the gateway has it on this stream, or
        /// without.</summary>
        public byte[] Token;

        /// <summary>8 bytes of work for a gateway that asks it of strangers (SPEC.md 9.3), made elsewhere; null for none.</summary>
        public byte[] Work;
    }
}
