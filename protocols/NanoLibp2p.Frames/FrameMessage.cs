using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// What a reading becomes on its topic (SPEC.md 9.2): gossipsub's Message with <c>from</c>, <c>data</c>, <c>seqno</c> and
    /// <c>topic</c>, in
    /// this order, under the prefix that its signature covers. Device and gateway build the same bytes.
    /// </summary>
    /// <remarks><code>Begin > the data, written by the caller > End</code></remarks>
    public static class FrameMessage
    {
        /// <summary>Bytes of "libp2p-pubsub:", which are signed and not sent.</summary>
        public const int PrefixBytes = 14;

        /// <summary>Bytes beside data and topic, at most: prefix, from, number, tags and lengths, and the signature behind them.</summary>
        public const int OverheadBytes = PrefixBytes + 2 + PeerId.Ed25519Bytes + 4 + 10 + 4 + 66;

        /// <summary>Writes what stands before the data.</summary>
        /// <param name="from">The device.</param>
        /// <param name="dataCount">Bytes of the data.</param>
        /// <param name="buffer">Takes them from the first byte on, the prefix included.</param>
        /// <returns>Where the data goes.</returns>
        public static int Begin(PeerId from, int dataCount, byte[] buffer)
        {
            // "libp2p-pubsub:", as numbers: a literal would be made anew at every call
            Bytes.WriteUInt64BigEndian(buffer, 0, 0x6C69627032702D70);
            Bytes.WriteUInt32BigEndian(buffer, 8, 0x75627375);
            buffer[12] = (byte)'b';
            buffer[13] = (byte)':';
            int at = WriteLength(1, PeerId.Ed25519Bytes, buffer, PrefixBytes);
            at += from.CopyTo(buffer, at);
            return WriteLength(2, dataCount, buffer, at);
        }

        /// <summary>Writes what stands behind the data.</summary>
        /// <param name="number">The message's number.</param>
        /// <param name="topic">The topic in UTF-8.</param>
        /// <param name="buffer">The buffer of <see cref="Begin"/>.</param>
        /// <param name="at">The end of the data.</param>
        /// <returns>The end of what is signed, the prefix included.</returns>
        public static int End(ulong number, byte[] topic, byte[] buffer, int at)
        {
            at = WriteLength(3, 8, buffer, at);
            Bytes.WriteUInt64BigEndian(buffer, at, number);
            at = WriteLength(4, topic.Length, buffer, at + 8);
            Array.Copy(topic, 0, buffer, at, topic.Length);
            return at + topic.Length;
        }

        /// <summary>Writes a field's tag and the length of its bytes: the protobuf writer is Core's, which a radio leaves out.</summary>
        /// <param name="field">Its number, up to 15.</param>
        /// <param name="count">Its bytes, which the caller writes next.</param>
        /// <param name="buffer">Takes both.</param>
        /// <param name="offset">Where they go.</param>
        /// <returns>Where those bytes go.</returns>
        internal static int WriteLength(int field, int count, byte[] buffer, int offset)
        {
            buffer[offset] = (byte)((field << 3) | 2);
            return offset + 1 + Varint.Write((uint)count, buffer, offset + 1);
        }
    }
}
