using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia
{
    // One request: a connection, a stream, the request on it, the answer.
    public sealed partial class KademliaClient
    {
        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            KademliaRequest request = (KademliaRequest)stream.Tag;
            if (request != null && !request.IsDone)
            {
                int result = request.Receive(buffer, offset, count);
                request.IsDone = result > 0 && !request.IsRefused;
                if (result < 0 || (result > 0 && (request.IsOwn || request.IsRefused)))
                {
                    Finish(request);
                }
            }

            return count;
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            KademliaRequest request = (KademliaRequest)stream.Tag;
            stream.CloseWrite();
            if (request != null)
            {
                Finish(request);
            }
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            if (stream.Tag != null)
            {
                Finish((KademliaRequest)stream.Tag);
            }
        }

        private void Begin(KademliaRequest request, int slot, long nowMs)
        {
            _table.States[slot] = CandidateTable.Asking;
            Asked++;
            request.Slot = slot;
            request.Source = (byte)(1 + (Asked % 254));
            request.Address = 0;
            request.IsDone = false;
            Connect(request, nowMs);
        }

        private void Move(KademliaRequest request, long nowMs)
        {
            Connection connection = request.Connection;
            if (request.Stream != null)
            {
                if (nowMs < request.Deadline)
                {
                    Write(request);
                }
                else
                {
                    // which ends the request
                    request.Stream.Reset();
                }

                return;
            }

            bool isOver = connection == null || connection.Serial != request.Serial || connection.State == ConnectionState.Free
                || connection.State == ConnectionState.Ending;
            if (!isOver && connection.IsOpen)
            {
                Open(request);
            }
            else if (isOver || nowMs >= request.Deadline)
            {
                if (!isOver)
                {
                    connection.Close();
                }

                Connect(request, nowMs);
            }
        }

        // Over a connection that is there, or by the candidate's next address; without one it has failed. Between two addresses it may have
        // to wait for a connection to be free again.
        private void Connect(KademliaRequest request, long nowMs)
        {
            Connection connection = FindConnection(request.Slot);
            request.Connection = null;
            request.Deadline = long.MaxValue;
            if (connection == null)
            {
                return;
            }

            request.IsOwn = !connection.IsOpen;
            if (request.IsOwn)
            {
                Multiaddr address = _table.Address(request.Slot, request.Address++);
                if (address == null)
                {
                    Finish(request);
                    return;
                }

                connection = Node.Dial(new Multiaddr[] { address });
            }

            request.Connection = connection;
            request.Serial = connection.Serial;
            request.Deadline = nowMs + Options.RequestTimeoutMs;
            if (!request.IsOwn)
            {
                Open(request);
            }
        }

        private void Open(KademliaRequest request)
        {
            Libp2pStream stream = request.Connection.OpenStream(this, _protocol);
            if (stream == null)
            {
                Finish(request);
                return;
            }

            stream.Tag = request;
            request.Stream = stream;
            request.BeginAnswer(_type);
            Write(request);
        }

        // As much as there is room for, and then our end: each request has a stream of its own.
        private void Write(KademliaRequest request)
        {
            Libp2pStream stream = request.Stream;
            if (stream.Progress < _messageCount)
            {
                stream.Progress += stream.Write(_message, stream.Progress, _messageCount - stream.Progress);
            }

            if (stream.Progress == _messageCount)
            {
                stream.Progress++;
                stream.CloseWrite();
            }
        }

        // A request is over. What the lookup has dialled it closes.
        private void Finish(KademliaRequest request)
        {
            Connection connection = request.Connection;
            Libp2pStream stream = request.Stream;
            _table.States[request.Slot] = request.IsDone ? CandidateTable.Answered : CandidateTable.Failed;
            request.Slot = -1;
            request.Connection = null;
            request.Stream = null;
            if (request.IsDone)
            {
                _answered++;
                _count += _isStoring ? 1 : 0;
            }

            if (stream != null)
            {
                stream.Tag = null;
                if (!request.IsDone)
                {
                    stream.Reset();
                }
            }

            if (request.IsOwn && connection != null && connection.Serial == request.Serial
                && !(connection.IsOpen && Events != null && Events.KeepConnection(connection)))
            {
                connection.Close();
            }
        }

        // The connection to a candidate, or else one that is free to dial it; null when there is none.
        private Connection FindConnection(int slot)
        {
            Connection free = null;
            for (int i = 0; i < Node.Connections.Length; i++)
            {
                Connection connection = Node.Connections[i];
                if (connection.IsOpen && _table.Matches(slot, connection.RemoteId, connection.RemoteIdCount))
                {
                    return connection;
                }

                free = connection.State == ConnectionState.Free ? connection : free;
            }

            return free;
        }
    }
}
