#if !NANOFRAMEWORK_1_0
using System;
using System.Collections.Generic;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Identify
{
    /// <summary>
    /// Where a node says that it can be reached, with or without a signed record of it. Immutable, but for the messages that are made of
    /// it: so for one node.
    /// </summary>
    /// <remarks>
    /// A message has at most 4,096 bytes, which rust reads; go and js read more. What exceeds that, and a signed record as soon as all is
    /// over 2 KiB, as in go, comes in further messages on the same stream, of which go and js merge ten.
    /// </remarks>
    public sealed class IdentifyAnnouncement
    {
        /// <summary>The longest message that is sent.</summary>
        public const int MaxMessage = 4096;

        /// <summary>The longest signed record: it must fit a message.</summary>
        public const int MaxRecord = MaxMessage - 8;

        /// <summary>Above so many bytes in all, the signed record is a message of its own.</summary>
        internal const int SplitAbove = 2048;

        /// <summary>Messages that go and js merge, and so the most that are sent.</summary>
        internal const int MaxMessages = 10;

        private readonly byte[] _record;
        private IdentifyMessages _messages;
        private ulong _served;

        /// <summary>Makes an announcement.</summary>
        /// <param name="addresses">The addresses, without this node's peer id; those that find no room in ten messages are left
        /// out.</param>
        /// <param name="signedRecord">The envelope of a signed peer record, at most <see cref="MaxRecord"/> bytes, not a copy; null for
        /// none.</param>
        /// <exception cref="ArgumentException">The record is too long.</exception>
        public IdentifyAnnouncement(IReadOnlyList<Multiaddr> addresses, byte[] signedRecord)
        {
            if (signedRecord != null && signedRecord.Length > MaxRecord)
            {
                throw new ArgumentException("a signed record of " + signedRecord.Length.ToString()
                    + " bytes exceeds IdentifyAnnouncement.MaxRecord = " + MaxRecord.ToString() + "; put fewer addresses into it");
            }

            Addresses = addresses;
            _record = signedRecord;
        }

        /// <summary>The addresses.</summary>
        public IReadOnlyList<Multiaddr> Addresses { get; }

        // made anew only after a protocol was added
        internal IdentifyMessages MessagesOf(Node node, int observed)
        {
            if (_messages == null || _served != node.ServedProtocols)
            {
                _served = node.ServedProtocols;
                _messages = Make(node, observed);
            }

            return _messages;
        }

        private IdentifyMessages Make(Node node, int observed)
        {
            // the first has the address that the peer is seen at, too
            Packer packer = new Packer(MaxMessage - observed);
            packer.Add(IdentifyField.PublicKey, node.Identity.PublicKeyProtobuf);
            packer.Add(IdentifyField.ProtocolVersion, Bytes.Ascii(node.Options.ProtocolVersion));
            packer.Add(IdentifyField.AgentVersion, Bytes.Ascii(node.Options.AgentVersion));
            ProtocolTable protocols = node.Protocols;
            for (int i = 0; i < protocols.Count; i++)
            {
                if (((_served >> i) & 1) != 0)
                {
                    // a protocol's message is its id between a length byte and a newline
                    byte[] id = protocols.Message(i);
                    packer.Add(IdentifyField.Protocol, id.AsSpan(1, id.Length - 2));
                }
            }

            for (int i = 0; i < Addresses.Count; i++)
            {
                packer.Add(IdentifyField.ListenAddress, Addresses[i].ToBytes());
            }

            if (_record != null)
            {
                bool isAlone = packer.Length + observed + ProtobufWriter.SizeOfBytes(IdentifyField.SignedPeerRecord, _record.Length)
                    > SplitAbove;
                packer.AddRecord(_record, isAlone);
            }

            return packer.ToMessages();
        }

        private sealed class Packer
        {
            private readonly List<ProtobufMessage> _messages = new List<ProtobufMessage>();
            private int _room;

            internal Packer(int room)
            {
                _messages.Add(new ProtobufMessage());
                _room = room;
            }

            // bytes of all so far
            internal int Length { get; private set; }

            internal void Add(int field, ReadOnlySpan<byte> value)
            {
                // the last is kept for the record
                Add(field, value, MaxMessages - 1);
            }

            internal void AddRecord(byte[] record, bool isAlone)
            {
                if (isAlone)
                {
                    _room = 0;
                }

                Add(IdentifyField.SignedPeerRecord, record, MaxMessages);
            }

            internal IdentifyMessages ToMessages()
            {
                List<byte> rest = new List<byte>();
                for (int i = 1; i < _messages.Count; i++)
                {
                    rest.AddRange(_messages[i].ToDelimitedArray());
                }

                return new IdentifyMessages(_messages[0].ToArray(), rest.ToArray());
            }

            private void Add(int field, ReadOnlySpan<byte> value, int mostMessages)
            {
                int size = ProtobufWriter.SizeOfBytes(field, value.Length);
                if (size > _room)
                {
                    if (_messages.Count == mostMessages)
                    {
                        return;
                    }

                    _messages.Add(new ProtobufMessage());
                    _room = MaxMessage;
                }

                _messages[_messages.Count - 1].Bytes(field, value);
                _room -= size;
                Length += size;
            }
        }
    }
}
#endif
