namespace NanoLibp2p.Discovery
{
    /// <summary>
    /// Who hears what other peers of the link say. Called from <see cref="Mdns.Poll"/> only; must not call Close. Nothing of it is proved:
    /// anybody on the link can say anything, and whoever dials finds out, as the dial names the peer that must prove itself.
    /// </summary>
    public abstract class MdnsEvents
    {
        /// <summary>A peer says where it is: by TCP, on this link, with its peer id. Once for each address in each packet; at most 32 of a
        /// packet.</summary>
        /// <param name="mdns">Who heard it.</param>
        /// <param name="packet">Where the texts are; valid during the call.</param>
        /// <param name="name">Where the peer's name in mDNS begins: a byte with its length, 1 to 63, and its characters. It says nothing
        /// but which addresses belong together.</param>
        /// <param name="offset">Where the address begins: <c>/ip4/192.168.1.10/tcp/4001/p2p/12D3KooW…</c> in ASCII. What follows
        /// <c>/p2p/</c> has not been looked at.</param>
        /// <param name="count">Its bytes, 247 at most.</param>
        public virtual void OnAddress(Mdns mdns, byte[] packet, int name, int offset, int count)
        {
        }

        /// <summary>A peer says that it is going (TTL 0, RFC 6762 10.1).</summary>
        /// <param name="mdns">Who heard it.</param>
        /// <param name="packet">Where the name is; valid during the call.</param>
        /// <param name="name">As in <see cref="OnAddress"/>.</param>
        public virtual void OnGoodbye(Mdns mdns, byte[] packet, int name)
        {
        }
    }
}
