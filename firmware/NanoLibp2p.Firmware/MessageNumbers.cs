using NanoLibp2p.Buffers;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// Numbers for pubsub messages that rise over every restart: peers may refuse a number that is not above the author's last. The store
    /// is written once a start, so that its flash lasts.
    /// </summary>
    internal static class MessageNumbers
    {
        /// <summary>Name in the store of the last number that was set aside; 8 bytes, big-endian.</summary>
        internal const string StoreName = "next-message";

        // numbers set aside with the one write of a start: 136 years at one message a second
        private const ulong Reserved = 1ul << 32;

        // where the numbers of a board without a date begin: below it js-libp2p's floodsub finds every signature wrong, as it loses a
        // number's leading zeros (PubSubOptions.FirstSequenceNumber)
        private const ulong Least = 1ul << 56;

        // What no board ever stored: the number of the year 2262. Above it the value is damaged, and what it would lead to could wrap.
        private const ulong Most = 1ul << 63;

        // where a board without a date goes on after damage: above the numbers of every date until 2043, so that no peer takes them for old
        private const ulong AfterDamage = 1ul << 61;

        private const ulong NanosecondsInMillisecond = 1000000;
        private const long MostUnixMs = 9000000000000;

        /// <summary>Sets the numbers of this start aside in the store.</summary>
        /// <param name="board">Whose store and clock.</param>
        /// <param name="stored">False when the store took no new value: the next start may then use the same numbers again.</param>
        /// <param name="damaged">True when what the store had is no number of ours.</param>
        /// <returns>The number before the first message's.</returns>
        internal static ulong SetAside(Board board, out bool stored, out bool damaged)
        {
            byte[] bytes = new byte[8];
            int count = board.Store.Read(StoreName, bytes, 0, 8);
            ulong last = count == 8 ? Bytes.ReadUInt64BigEndian(bytes, 0) : Least;
            damaged = count != -1 && (count != 8 || last < Least || last > Most);

            // with a date, count as go, js and rust do: an identity that comes from there goes on
            long unixMs = board.UnixMs;
            ulong now = unixMs <= 0 || unixMs > MostUnixMs ? 0 : (ulong)unixMs * NanosecondsInMillisecond;
            if (damaged)
            {
                last = now > Least ? Least : AfterDamage;
            }

            if (now > last)
            {
                last = now;
            }

            Bytes.WriteUInt64BigEndian(bytes, 0, last + Reserved);
            stored = board.Store.Write(StoreName, bytes, 0, 8);
            return last;
        }
    }
}
