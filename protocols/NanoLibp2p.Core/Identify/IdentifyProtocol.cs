using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Identify
{
    /// <summary>
    /// Identify and identify push (libp2p identify spec). What peers say of themselves is read on a desktop; a device reads past it.
    /// </summary>
    public sealed partial class IdentifyProtocol : StreamProtocol
    {
        /// <summary>The id of asking.</summary>
        public const string Id = "/ipfs/id/1.0.0";

        /// <summary>The id of telling unasked.</summary>
        public const string PushId = "/ipfs/id/push/1.0.0";

        // an observed address: /ip6/.../tcp/..., its tag and its length
        private const int MaxObserved = 2 + 1 + 16 + 1 + 2;

        private readonly Libp2pStream[] _writing;
        private readonly byte[] _prefix = new byte[Varint.MaxBytes];
        private readonly byte[] _observed = new byte[MaxObserved];
        private byte[] _message;
        private int _addresses = -1;
        private int _protocols;
        private int _identify;
        private int _push;

        internal IdentifyProtocol(NodeOptions options)
        {
#if NANOFRAMEWORK_1_0
            _writing = new Libp2pStream[options.MaxConnections];
#else
            _writing = new Libp2pStream[2 * options.MaxConnections];
            MakeReadings(options);
#endif
        }

        /// <summary>Tells a peer who we are after something has changed, such as the addresses of this host's interfaces, which it looks up
        /// anew.</summary>
        /// <returns>False when no stream is left.</returns>
        public bool Push(Connection connection)
        {
            _addresses = -1;
            return connection.OpenStream(this, _push) != null;
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _identify = node.RegisterProtocol(Id, this, true);
            _push = node.RegisterProtocol(PushId, this, true);
        }

        /// <inheritdoc/>
        public override void OnOpened(Libp2pStream stream)
        {
            bool weTell = stream.IsOutbound == (stream.ProtocolIndex == _push);
            int index = stream.Connection.Index;
            PickSlot(stream, ref index);
            if (weTell)
            {
                // one answer at a time is all that an honest peer needs
                if (_writing[index] != null)
                {
                    NotePush(stream);
                    Blame(stream);
                    stream.Reset();
                    return;
                }

                _writing[index] = stream;
                Tell(stream);
            }
            else if (!stream.IsOutbound)
            {
                BeginReading(stream);
            }
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            Read(stream, buffer, offset, count);
            return count;
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            // who asks ends its side at once and waits for our answer
            EndReading(stream);
            int index = stream.Connection.Index;
            PickSlot(stream, ref index);
            if (_writing[index] != stream)
            {
                stream.CloseWrite();
            }
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            int index = stream.Connection.Index;
            PickSlot(stream, ref index);
            if (_writing[index] == stream)
            {
                _writing[index] = null;
            }

            EndReading(stream);
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
#if !NANOFRAMEWORK_1_0
            // whose peers are told on when there is room (OnRoom), and of whom there may be thousands
            if (Node.Scheduler == null)
#endif
            {
                for (int i = 0; i < _writing.Length; i++)
                {
                    if (_writing[i] != null)
                    {
                        Tell(_writing[i]);
                    }
                }
            }

            long next = long.MaxValue;
            PollPushes();
            PollReadings(nowMs, ref next);
            return next;
        }

        // What peers say of themselves, in IdentifyProtocol.Desktop.cs; on a device these calls are none.
        partial void AwaitRoom(Libp2pStream stream);

        partial void BeginReading(Libp2pStream stream);

        partial void Read(Libp2pStream stream, byte[] buffer, int offset, int count);

        partial void EndReading(Libp2pStream stream);

        partial void PollReadings(long nowMs, ref long next);

        partial void PickSlot(Libp2pStream stream, ref int index);

        partial void NotePush(Libp2pStream stream);

        partial void Blame(Libp2pStream stream);

        partial void PollPushes();

        // Writes as much as there is room for: a length, what is the same for every peer, and the peer's own address.
        private void Tell(Libp2pStream stream)
        {
#if NANOFRAMEWORK_1_0
            byte[] message = Describe();
#else
            IdentifyMessages all = MessagesFor(stream);
            byte[] message = all.First;
#endif
            int observed = WriteObserved(stream.Connection);
            int prefix = Varint.Write((ulong)(message.Length + observed), _prefix, 0);
            if (TellPart(stream, 0, _prefix, prefix)
                && TellPart(stream, prefix, message, message.Length)
                && TellPart(stream, prefix + message.Length, _observed, observed)
#if !NANOFRAMEWORK_1_0
                && TellPart(stream, prefix + message.Length + observed, all.Rest, all.Rest.Length)
#endif
                )
            {
                int index = stream.Connection.Index;
                PickSlot(stream, ref index);
                _writing[index] = null;
                stream.CloseWrite();
            }
            else
            {
                AwaitRoom(stream);
            }
        }

        private static bool TellPart(Libp2pStream stream, int start, byte[] part, int count)
        {
            int done = stream.Progress - start;
            if (done < count)
            {
                stream.Progress += stream.Write(part, done, count - done);
            }

            return stream.Progress >= start + count;
        }

        private int WriteObserved(Connection connection)
        {
            int count = connection.Link.CopyRemoteAddress(_observed, 3);
            if (count == 0)
            {
                return 0;
            }

            int at = 3 + count;
            _observed[0] = (IdentifyField.ObservedAddress << 3) | (int)WireType.Bytes;
            _observed[1] = (byte)(1 + count + 3);
            _observed[2] = (byte)(count == 4 ? MultiaddrProtocol.Ip4 : MultiaddrProtocol.Ip6);
            _observed[at++] = MultiaddrProtocol.Tcp;
            Bytes.WriteUInt16BigEndian(_observed, at, (ushort)connection.Link.RemotePort);
            return at + 2;
        }

        // what we say of ourselves to everybody; made anew only after an address or a protocol was added
        private byte[] Describe()
        {
            Node node = Node;
            ProtocolTable protocols = node.Protocols;
            if (node.ListenCount == _addresses && protocols.Count == _protocols)
            {
                return _message;
            }

            // once for the size, once for the bytes
            IHostAddresses host = node.Transport as IHostAddresses;
            string[] hosts = host == null ? null : host.HostAddresses();
            byte[] message = new byte[DescribeTo(node, hosts, null)];
            DescribeTo(node, hosts, message);
            _addresses = node.ListenCount;
            _protocols = protocols.Count;
            _message = message;
            return message;
        }

        private static int DescribeTo(Node node, string[] hosts, byte[] message)
        {
            byte[] key = node.Identity.PublicKeyProtobuf;
            int at = WriteField(IdentifyField.PublicKey, key, 0, key.Length, message, 0);
            for (int i = 0; i < node.ListenCount; i++)
            {
                Multiaddr address = node.ListenAddress(i);
                if (address.Host != "0.0.0.0" && address.Host != "::")
                {
                    at = WriteAddress(address, message, at);
                    continue;
                }

                // what it stands for: the addresses of the interfaces of its family
                for (int j = 0; hosts != null && j < hosts.Length; j++)
                {
                    Multiaddr host = Multiaddr.Parse(hosts[j] + "/tcp/" + address.Port.ToString());
                    if (host.ToBytes()[0] == address.ToBytes()[0])
                    {
                        at = WriteAddress(host, message, at);
                    }
                }
            }

            for (int i = 0; i < node.Protocols.Count; i++)
            {
                if (((node.ServedProtocols >> i) & 1) != 0)
                {
                    // a protocol's message is its id between a length byte and a newline
                    byte[] id = node.Protocols.Message(i);
                    at = WriteField(IdentifyField.Protocol, id, 1, id.Length - 2, message, at);
                }
            }

            byte[] version = Bytes.Ascii(node.Options.ProtocolVersion);
            at = WriteField(IdentifyField.ProtocolVersion, version, 0, version.Length, message, at);
            version = Bytes.Ascii(node.Options.AgentVersion);
            return WriteField(IdentifyField.AgentVersion, version, 0, version.Length, message, at);
        }

        // not one with a zone, or of a link: it means nothing to the peer
        private static int WriteAddress(Multiaddr address, byte[] message, int at)
        {
            byte[] bytes = address.ToBytes();
            bool isLocal = bytes[0] == MultiaddrProtocol.Ip6Zone
                || (bytes[0] == MultiaddrProtocol.Ip6 && bytes[1] == 0xFE && (bytes[2] & 0xC0) == 0x80);
            return isLocal ? at : WriteField(IdentifyField.ListenAddress, bytes, 0, bytes.Length, message, at);
        }

        private static int WriteField(int field, byte[] source, int offset, int count, byte[] message, int at)
        {
            return message == null
                ? at + ProtobufWriter.SizeOfBytes(field, count)
                : ProtobufWriter.WriteBytes(field, source, offset, count, message, at);
        }
    }
}
