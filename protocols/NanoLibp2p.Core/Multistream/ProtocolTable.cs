using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Noise;
#if NANOFRAMEWORK_1_0
using IdSet = System.UInt32;
#else
using IdSet = System.UInt64;
#endif

namespace NanoLibp2p.Core.Multistream
{
    /// <summary>
    /// The protocol ids that a node knows, at most <see cref="Capacity"/>, as they stand on the wire: each a multistream-select message. An
    /// id's index is its name everywhere else, and a set of ids is the bits of a number.
    /// </summary>
    public sealed class ProtocolTable
    {
        /// <summary>How many entries fit: 32 on a device, 64 elsewhere.</summary>
        public const int Capacity = 8 * sizeof(IdSet);

        /// <summary>The index of multistream-select's own header.</summary>
        public const int Header = 0;

        /// <summary>The index of the answer to an unknown protocol.</summary>
        public const int NotAvailable = 1;

        /// <summary>The index of Noise.</summary>
        public const int Noise = 2;

        /// <summary>The index of Yamux.</summary>
        public const int Yamux = 3;

        // a message is a varint of one byte, the id and a newline
        private const int MaxIdBytes = 126;

        private readonly byte[][] _messages = new byte[Capacity][];
        private int _count;

        /// <summary>Makes a table of the ids that every node has.</summary>
        public ProtocolTable()
        {
            Add("/multistream/1.0.0");
            Add("na");
            Add("/noise");
            Add(NoiseIdentity.YamuxId);
        }

        /// <summary>How many ids there are.</summary>
        public int Count
        {
            get { return _count; }
        }

        /// <summary>Adds an id.</summary>
        /// <returns>Its index.</returns>
        /// <exception cref="InvalidOperationException">The table is full.</exception>
        /// <exception cref="ArgumentException">The id is longer than 126 bytes.</exception>
        public int Add(string id)
        {
            if (_count == Capacity)
            {
#if NANOFRAMEWORK_1_0
                throw new InvalidOperationException("a node knows at most 32 protocol ids; register fewer");
#else
                throw new InvalidOperationException("a node knows at most " + Capacity.ToString() + " protocol ids; register fewer");
#endif
            }

            byte[] text = Bytes.Ascii(id);
            if (text.Length > MaxIdBytes)
            {
                throw new ArgumentException("a protocol id has at most 126 bytes: " + id);
            }

            byte[] message = new byte[text.Length + 2];
            message[0] = (byte)(text.Length + 1);
            Array.Copy(text, 0, message, 1, text.Length);
            message[message.Length - 1] = (byte)'\n';
            _messages[_count] = message;
            return _count++;
        }

        /// <summary>An id's message itself: a length byte, the id, a newline. Not a copy.</summary>
        public byte[] Message(int index)
        {
            return _messages[index];
        }
    }
}
