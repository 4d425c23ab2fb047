using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>Links in memory between the nodes of one operation: whoever listens is who is dialled.</summary>
internal sealed class MemoryNetwork
{
    private readonly Queue<IStreamLink> _waiting = new();

    public IStreamTransport Transport() => new Transporter(_waiting);

    private sealed class Transporter(Queue<IStreamLink> waiting) : IStreamTransport
    {
        public IStreamLink Dial(string host, int port)
        {
            Link near = new();
            Link far = new() { Peer = near };
            near.Peer = far;
            waiting.Enqueue(far);
            return near;
        }

        public int Listen(string host, int port, out LinkError error)
        {
            error = LinkError.None;
            return port;
        }

        // a node that only dials finds nobody: what waits is for the one who listens
        public IStreamLink? Accept() => waiting.TryDequeue(out IStreamLink? link) ? link : null;

        public void Wait(int milliseconds)
        {
        }

        public void Close()
        {
        }
    }

    private sealed class Link : IStreamLink
    {
        private readonly byte[] _arrived = new byte[65536];
        private int _count;

        public Link? Peer { get; set; }

        public LinkState State { get; private set; } = LinkState.Open;

        public LinkError Error => LinkError.None;

        public int RemotePort => 4001;

        public int Read(byte[] buffer, int offset, int capacity)
        {
            int taken = Math.Min(_count, capacity);
            Array.Copy(_arrived, 0, buffer, offset, taken);
            Array.Copy(_arrived, taken, _arrived, 0, _count - taken);
            _count -= taken;
            return taken == 0 && Peer!.State == LinkState.Closed ? LinkResult.Ended : taken;
        }

        public int Write(byte[] buffer, int offset, int offered)
        {
            int taken = Math.Min(offered, Peer!._arrived.Length - Peer._count);
            Array.Copy(buffer, offset, Peer._arrived, Peer._count, taken);
            Peer._count += taken;
            return taken;
        }

        public int CopyRemoteAddress(byte[] buffer, int offset)
        {
            buffer[offset] = 127;
            buffer[offset + 1] = buffer[offset + 2] = 0;
            buffer[offset + 3] = 1;
            return 4;
        }

        public void Close() => State = LinkState.Closed;
    }
}
