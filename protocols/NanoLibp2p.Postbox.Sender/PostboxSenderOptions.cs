using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Sender
{
    /// <summary>What a <see cref="PostboxSender"/> is told apart from its program.</summary>
    public sealed class PostboxSenderOptions
    {
        /// <summary>The gateways of this device's record, best first, at most 4: addresses with peer ids.</summary>
        public Multiaddr[] Gateways = new Multiaddr[0];

        /// <summary>
        /// Whether the record has a prekey, which changes every 7 days: what was sealed to one can't be read by who gets the device 56 days
        /// later. For boards with a clock (PostboxEvents.UnixSeconds), and a store that erases what it replaces.
        /// </summary>
        public bool HasPrekeys;

        /// <summary>
        /// This device's signed record, at most 448 bytes, which <see cref="PostboxSender.Configure"/> gives to a gateway: from
        /// provisioning, or from <see cref="PostboxSender.SignRecord"/>, which sets it; null for none.
        /// </summary>
        public byte[] Record;

        /// <summary>
        /// Items that a gateway is to keep: at most PostboxOptions.TableEntries over all gateways of the record, better half of that.
        /// </summary>
        public int MaxItems = 16;

        /// <summary>Bits of work that gateways ask of strangers, 1 to 32; 255 for no strangers, 0 for the gateway's own.</summary>
        public int Work;

        /// <summary>Tokens of a lower epoch are void.</summary>
        public int TokenEpoch;

        /// <summary>
        /// Whether a gateway's clock counts where this board has none: a gateway that its user has named. A year ahead of the last message
        /// that was sealed it does not; who was off for longer needs a clock once.
        /// </summary>
        public bool TrustsGatewayClock;

        /// <summary>32 secret bytes from provisioning, for boards whose random numbers may be guessed; null for others.</summary>
        public byte[] HedgeSecret;
    }
}
