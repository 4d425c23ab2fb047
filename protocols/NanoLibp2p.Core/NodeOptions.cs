using System;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core
{
    /// <summary>
    /// The sizes and times of a node, and so its whole memory: it is taken once, in the node's constructor. The defaults are
    /// those of a sensor with one connection.
    /// </summary>
    public sealed partial class NodeOptions
    {
        /// <summary>The least <see cref="RecordBytes"/>: a handshake message with room to spare.</summary>
        public const int MinRecordBytes = 512;

        /// <summary>The most that a record's length can say (libp2p noise spec, "Wire Format").</summary>
        public const int MaxRecordBytes = 65535;

        /// <summary>
        /// The longest record that we send to a peer of which we know nothing: every node with the default <see cref="RecordBytes"/> takes
        /// it. A peer that grants a stream more than Yamux's first 256 KiB is no small device, and gets longer ones.
        /// </summary>
        public const int SmallRecordBytes = 2048;

        /// <summary>Connections at a time, inbound and outbound.</summary>
        public int MaxConnections = 1;

#if !NANOFRAMEWORK_1_0
        /// <summary>
        /// Connections that one host may have called for at a time, of <see cref="MaxConnections"/>; 0 for no limit. A host is an IPv4
        /// address or the first 64 bits of an IPv6 address.
        /// </summary>
        public int MaxConnectionsPerHost;
#endif

        /// <summary>
        /// Handshakes at a time; a further connection waits its turn, within its own time. A caller takes one when its first message is
        /// here; who keeps it longer than FirstByteTimeoutMs gives way to the next, and at once to a dial.
        /// </summary>
        public int MaxHandshakes = 1;

        /// <summary>Streams at a time in each connection, inbound and outbound.</summary>
        public int MaxStreams = 8;

        /// <summary>
        /// The longest record (one Noise message, its 16-byte tag included) that fits each connection's own buffer, in bytes. A longer one
        /// is received in the node's large buffer, if that is free.
        /// </summary>
        public int RecordBytes = SmallRecordBytes;

        /// <summary>
        /// The longest record that is accepted at all, in bytes: the node's one large receive buffer, lent to the connection whose record
        /// needs it. A longer record closes the connection. 0, or no more than <see cref="RecordBytes"/>, has no such buffer.
        /// </summary>
        /// <remarks>
        /// go and js put up to 65,519 bytes and a tag in one record: whole messages, hellos, and what waited while a device was slow. So
        /// only the default takes everything that an honest peer sends. A board without PSRAM can't afford it: an ESP32 then has 84 KiB of
        /// managed heap, of which a default device leaves about 22. There 17,408 take a message of 16 KiB, and 0 takes what peers of this
        /// library send and of others a hello of some 50 topics. An ESP32 with PSRAM has all of it but 256 KiB.
        /// </remarks>
        public int LargeRecordBytes = MaxRecordBytes;

        /// <summary>
        /// Bytes of each connection's send buffer. A record that we send is no longer than this and no longer than
        /// <see cref="SmallRecordBytes"/>, unless the peer has shown that it takes more; the rest of a longer message follows in the next.
        /// </summary>
        public int SendBytes = 600;

        /// <summary>Peers whose static key is remembered, so that they cost no signature verification when they come again.</summary>
        public int KnownPeers = 2;

#if !NANOFRAMEWORK_1_0
        /// <summary>Answers to identify that can be read at the same time.</summary>
        public int IdentifyReadings = 1;
#endif

        /// <summary>Milliseconds for each address of a dial.</summary>
        public int DialTimeoutMs = 10000;

        /// <summary>Milliseconds from the link to the end of the handshake. An interpreter takes seconds for its part.</summary>
        public int HandshakeTimeoutMs = 30000;

        /// <summary>
        /// Milliseconds that a caller has for its first byte, which every libp2p peer sends at once. Who says nothing gives way to another
        /// caller even before; who is in the handshake, or has just been connected, is left in peace for as long.
        /// </summary>
        public int FirstByteTimeoutMs = 5000;

        /// <summary>Milliseconds for a stream to agree on its protocol, and for a peer to say all of its identify message.</summary>
        public int NegotiationTimeoutMs = 10000;

        /// <summary>Milliseconds without a byte from the peer after which it is asked for a sign of life; 0 never asks.</summary>
        public int KeepAliveMs = 30000;

        /// <summary>Milliseconds that it then has.</summary>
        public int KeepAliveTimeoutMs = 15000;

        /// <summary>Milliseconds that a peer has to answer a ping, at least 1.</summary>
        public int PingTimeoutMs = 10000;

        /// <summary>
        /// Milliseconds that a record longer than <see cref="RecordBytes"/> may take to arrive, and then to move on, while it has the large
        /// buffer; with rented buffers (BufferBytes), any record to arrive. After that its connection is closed, so that the others have
        /// their turn.
        /// </summary>
        public int RecordTimeoutMs = 30000;

        /// <summary>Whether Yamux is offered within the Noise handshake, which saves a round trip.</summary>
        public bool EarlyMuxer = true;

        /// <summary>What identify says of this program; 0 to 256 ASCII characters.</summary>
        public string AgentVersion = "nanoLibp2p/0.1.0";

        /// <summary>What identify says of the protocols that this program speaks; peers compare it with their own. 0 to 256 ASCII
        /// characters.</summary>
        public string ProtocolVersion = "ipfs/0.1.0";

        /// <summary>Verifies identity keys other than Ed25519; null refuses such peers.</summary>
        public IIdentityVerifier Verifier;

#if !NANOFRAMEWORK_1_0
        /// <summary>Sizes for a desktop: full records, and streams and connections by the hundred.</summary>
        public static NodeOptions Desktop()
        {
            NodeOptions options = new NodeOptions();
            options.MaxConnections = 64;
            options.MaxHandshakes = 64;
            options.MaxStreams = 256;
            options.RecordBytes = MaxRecordBytes;
            options.LargeRecordBytes = 0;
            options.SendBytes = 2 * (MaxRecordBytes + 2);
            options.BufferBytes = 64 * 1024 * 1024;
            options.WindowBytes = 64 * 1024 * 1024;
            options.MaxProtocols = 32;
            options.DraftErrorCodes = true;
            options.KnownPeers = 256;
            options.IdentifyReadings = 64;
            return options;
        }
#endif

        /// <summary>Checks every size and time.</summary>
        /// <exception cref="ArgumentException">One is out of range; the message says which, and the range.</exception>
        public void Check()
        {
            CheckRange(MaxConnections, 1, 65536, "MaxConnections");
            CheckRange(MaxHandshakes, 1, 65536, "MaxHandshakes");
            CheckRange(MaxStreams, 1, 65536, "MaxStreams");
            CheckRange(RecordBytes, MinRecordBytes, MaxRecordBytes, "RecordBytes");
            CheckRange(LargeRecordBytes, 0, MaxRecordBytes, "LargeRecordBytes");
            CheckRange(SendBytes, MinRecordBytes, 1 << 24, "SendBytes");
            CheckRange(FirstByteTimeoutMs, 1, int.MaxValue, "FirstByteTimeoutMs");
            CheckRange(KnownPeers, 0, 1 << 20, "KnownPeers");
            CheckRange(PingTimeoutMs, 1, int.MaxValue, "PingTimeoutMs");
            CheckRange(DialTimeoutMs, 1, int.MaxValue, "DialTimeoutMs");
            CheckRange(HandshakeTimeoutMs, 1, int.MaxValue, "HandshakeTimeoutMs");
            CheckRange(NegotiationTimeoutMs, 1, int.MaxValue, "NegotiationTimeoutMs");
            CheckRange(KeepAliveMs, 0, int.MaxValue, "KeepAliveMs");
            CheckRange(KeepAliveTimeoutMs, 1, int.MaxValue, "KeepAliveTimeoutMs");
            CheckRange(RecordTimeoutMs, 1, int.MaxValue, "RecordTimeoutMs");
#if !NANOFRAMEWORK_1_0
            CheckRange(MaxConnectionsPerHost, 0, 65536, "MaxConnectionsPerHost");
            CheckRange(IdentifyReadings, 0, 65536, "IdentifyReadings");
            CheckDesktop();
#endif
            CheckText(AgentVersion, "AgentVersion");
            CheckText(ProtocolVersion, "ProtocolVersion");
        }

        private static void CheckText(string text, string name)
        {
            if (text == null || Buffers.Bytes.Ascii(text).Length > 256)
            {
                throw new ArgumentException(name + "; give 0 to 256 ASCII characters");
            }
        }

        /// <summary>Checks one figure of some options.</summary>
        /// <exception cref="ArgumentException">It is out of range; the message says what to give.</exception>
        public static void CheckRange(int value, int least, int most, string name)
        {
            if (value < least || value > most)
            {
                throw new ArgumentException(name + " = " + value.ToString() + "; give " + least.ToString() + " to " + most.ToString());
            }
        }
    }
}
