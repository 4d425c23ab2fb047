namespace NanoLibp2p.Frames
{
    /// <summary>What a <see cref="DeviceSession"/> needs to know of its link.</summary>
    public sealed class DeviceSessionOptions
    {
        /// <summary>The longest frame that the link carries, 64 to 1,500 bytes.</summary>
        public int Mtu = 255;

        /// <summary>Numbers that one write of the store sets aside, 1 to 64: a cut of the power costs at most these. 1 on a board that
        /// loses its memory in every sleep.</summary>
        public int Reserve = 64;

        /// <summary>Whether numbers are stored before they are used, so that the session goes on after a start; else it is resumed
        /// then.</summary>
        public bool IsKept = true;

        /// <summary>Whether frames have a tag of 8 bytes: on links whose rate is bounded by air.</summary>
        public bool IsShort;

        /// <summary>Whether memory is short, on a link where only one end sends at a time. One buffer then takes what goes out and what
        /// comes in: a frame that the link does not take at once is lost. And no gateway is met over the link (SPEC.md 5.2), nor one's
        /// new card taken: they come by provisioning. At MTU 255 that saves 0.9 KiB of heap, and 1.2 of a verifier.</summary>
        public bool IsSmall;

        /// <summary>Whether the device listens always; never on LoRa.</summary>
        public bool IsListening;
    }
}
