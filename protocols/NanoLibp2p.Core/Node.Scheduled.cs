#if !NANOFRAMEWORK_1_0
using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core
{
    // A node whose connections are stepped one by one: what Poll is made of, for who has thousands of connections and knows which of
    // them have something to do. A round is Advance, then Step and Flush of those connections; now and then PollProtocols and Prepare.
    public sealed partial class Node
    {
        /// <summary>Connections up to which the next free one is looked for; with more they are kept in a list.</summary>
        private const int FewConnections = 16;

        /// <summary>
        /// Who steps the connections; null, as on a device, where <see cref="Poll"/> does. Set it before the first connection. It hears of
        /// what is written outside a connection's own step.
        /// </summary>
        public NodeScheduler Scheduler;

        /// <summary>
        /// Times that a step reads its link, each time up to a whole record: 4, and 1 for a scheduler that has others to serve, so that a
        /// busy peer costs them the time of one record.
        /// </summary>
        public int ReadsPerStep = Connection.MaxReads;

        internal int InboundCount;

        /// <summary>Bytes by which the windows of open streams have grown: at most NodeOptions.WindowBytes.</summary>
        public long GrownBytes { get; internal set; }

        /// <summary>Where its connections' buffers come from; null when each has its own (NodeOptions.BufferBytes).</summary>
        public BufferPool Buffers { get; private set; }

        private readonly Queue<Connection> _handshakeWaiters = new Queue<Connection>();
        private Connection _free;

        /// <summary>True while Poll walks over all connections, so that none has to be told.</summary>
        internal bool IsWalking { get; private set; }

        /// <summary>True while a protocol may be at work on an open connection.</summary>
        internal bool IsAtWork
        {
            get { return _polling; }
            set { _polling = value; }
        }

        /// <summary>
        /// Takes a link that a peer has begun, as <see cref="Poll"/> does with those of the transport: the connection is inbound, and its
        /// first step is the caller's to make. Nothing of the transport is used.
        /// </summary>
        /// <param name="link">An open link; the connection closes it at its end.</param>
        /// <returns>
        /// The connection. When all are in use, or the peer's host has NodeOptions.MaxConnectionsPerHost, one that nothing keeps gives way,
        /// as with <see cref="Dial"/>. Null when there is none: the link is still the caller's.
        /// </returns>
        /// <exception cref="ArgumentException">The link is not open.</exception>
        public Connection Adopt(IStreamLink link)
        {
            CheckOpen(link);
            Connection connection = HasRoomForHost(link) ? FreeConnection(false) : null;
            if (connection != null)
            {
                connection.Accept(link);
            }

            return connection;
        }

        /// <summary>Connects to a peer over a link that was made elsewhere: a socket, a WebSocket, a stream through a relay.</summary>
        /// <param name="link">An open link; the connection closes it at its end.</param>
        /// <param name="expected">The peer id that the peer must prove; null for any.</param>
        /// <param name="isInitiator">
        /// Whether we have the dialler's part in multistream-select, Noise and Yamux. False where both sides have dialled at the same time
        /// and the peer has that part (DCUtR spec, "the protocol": the relayed connection's dialler is the server). Then
        /// <see cref="Connection.IsInbound"/> is true.
        /// </param>
        /// <returns>The connection, or null as with <see cref="Dial"/>: the link is still the caller's.</returns>
        /// <exception cref="ArgumentException">The link is not open.</exception>
        public Connection Connect(IStreamLink link, PeerId expected, bool isInitiator)
        {
            CheckOpen(link);
            Connection connection = FreeConnection(true);
            if (connection != null)
            {
                connection.Begin(link, expected, isInitiator);
            }

            return connection;
        }

        /// <summary>Lets every protocol look at the clock, as <see cref="Poll"/> does at each call; once a second is enough for those that
        /// wait for nothing.</summary>
        /// <returns>When to call it again at the latest, in the node's milliseconds; long.MaxValue when none asks for it.</returns>
        public long PollProtocols()
        {
            bool nested = _polling;
            _polling = true;
            try
            {
                return PollProtocols(_nowMs);
            }
            finally
            {
                _polling = nested;
            }
        }

        /// <summary>Makes the next handshake's ephemeral key, where none is ready: some 20 µs, best spent while nobody waits.</summary>
        public void Prepare()
        {
            PrepareEphemeral();
        }

        internal void ListFree(Connection connection)
        {
            if (!connection.IsListedFree)
            {
                connection.IsListedFree = true;
                connection.NextFree = _free;
                _free = connection;
            }
        }

        internal void AddHandshakeWaiter(Connection connection)
        {
            if (Scheduler != null && !connection.IsListedWaiting)
            {
                connection.IsListedWaiting = true;
                _handshakeWaiters.Enqueue(connection);
            }
        }

        // the first that still waits has its turn
        internal void WakeHandshakeWaiter()
        {
            while (_handshakeWaiters.Count > 0 && Handshakes.HasFree)
            {
                Connection waiter = _handshakeWaiters.Dequeue();
                waiter.IsListedWaiting = false;
                if (waiter.WaitsForHandshake)
                {
                    waiter.Wake();
                    return;
                }
            }
        }

        partial void MakeBuffers()
        {
            if (Options.BufferBytes > 0)
            {
                Buffers = new BufferPool(Options.BufferBytes);
            }
        }

        partial void ListConnections()
        {
            for (int i = Connections.Length - 1; i >= 0; i--)
            {
                ListFree(Connections[i]);
            }
        }

        // Instead of looking at all of them. Who was taken since the last time leaves the list now, as a dial whose driver throws takes
        // none.
        partial void PickFree(ref int index, ref int left, ref Connection free)
        {
            if (Connections.Length <= FewConnections)
            {
                return;
            }

            while (_free != null && _free.State != ConnectionState.Free)
            {
                _free.IsListedFree = false;
                _free = _free.NextFree;
            }

            index = -1;
            left -= InboundCount;
            free = _free;
        }

        partial void BeginWalk()
        {
            IsWalking = true;
        }

        partial void EndWalk()
        {
            IsWalking = false;
        }

        private static void CheckOpen(IStreamLink link)
        {
            if (link.State != LinkState.Open)
            {
                throw new ArgumentException("the link is " + link.State.ToString() + "; give one that is open");
            }
        }
    }
}
#endif
