using NanoLibp2p.Buffers;
using NanoLibp2p.Core;

namespace NanoLibp2p.Perf
{
    /// <summary>
    /// The perf protocol (libp2p perf spec): the client says how much it wants, uploads, ends its side, and downloads. For
    /// measuring; leave it out of what you ship.
    /// </summary>
    public sealed class PerfProtocol : StreamProtocol
    {
        /// <summary>The protocol's id.</summary>
        public const string Id = "/perf/1.0.0";

        internal const int HeaderBytes = 8;

        private readonly PerfTransfer[] _transfers;
        private readonly byte[] _zeros;
        private readonly bool _serve;
        private int _protocol;
        private PerfEvents _events;

        /// <summary>Makes the protocol.</summary>
        /// <param name="transfers">Transfers at a time, either way.</param>
        /// <param name="pieceBytes">Bytes written at a time; as large as a record is best.</param>
        /// <param name="serve">Whether peers may measure with this node.</param>
        public PerfProtocol(int transfers, int pieceBytes, bool serve)
        {
            _transfers = new PerfTransfer[transfers];
            for (int i = 0; i < transfers; i++)
            {
                _transfers[i] = new PerfTransfer();
            }

            _zeros = new byte[pieceBytes];
            _serve = serve;
        }

        /// <summary>Who hears of transfers that this node starts; may be null.</summary>
        public PerfEvents Events
        {
            get { return _events; }
            set { _events = value; }
        }

        /// <summary>Starts a transfer as client.</summary>
        /// <returns>The transfer; null when all are under way or the connection has no stream left.</returns>
        public PerfTransfer Start(Connection connection, ulong upload, ulong download)
        {
            PerfTransfer transfer = FreeTransfer();
            Libp2pStream stream = transfer == null ? null : connection.OpenStream(this, _protocol);
            if (stream == null)
            {
                return null;
            }

            transfer.Begin(stream, true);
            transfer.ToSend = upload;
            transfer.ToReceive = download;
            Bytes.WriteUInt64BigEndian(transfer.Header, 0, download);
            return transfer;
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _protocol = node.RegisterProtocol(Id, this, _serve);
        }

        /// <inheritdoc/>
        public override void OnOpened(Libp2pStream stream)
        {
            if (stream.Tag == null)
            {
                PerfTransfer transfer = FreeTransfer();
                if (transfer == null)
                {
                    stream.Reset();
                    return;
                }

                transfer.Begin(stream, false);
            }
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            PerfTransfer transfer = (PerfTransfer)stream.Tag;
            if (transfer == null)
            {
                // more than was agreed: passed over
                return count;
            }

            if (transfer.IsClient)
            {
                transfer.Downloaded += (ulong)count;
                return count;
            }

            int at = 0;
            while (at < count && transfer.HeaderDone < HeaderBytes)
            {
                transfer.Header[transfer.HeaderDone++] = buffer[offset + at++];
            }

            transfer.Uploaded += (ulong)(count - at);
            return count;
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            PerfTransfer transfer = (PerfTransfer)stream.Tag;
            if (transfer == null)
            {
                return;
            }

            if (transfer.IsClient)
            {
                End(transfer, transfer.UploadEnded && transfer.Downloaded == transfer.ToReceive);
            }
            else if (transfer.HeaderDone < HeaderBytes)
            {
                stream.Reset();
            }
            else
            {
                transfer.ToSend = Bytes.ReadUInt64BigEndian(transfer.Header, 0);
                transfer.UploadEnded = true;
                Move(transfer);
            }
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            PerfTransfer transfer = (PerfTransfer)stream.Tag;
            if (transfer != null)
            {
                End(transfer, false);
            }
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            for (int i = 0; i < _transfers.Length; i++)
            {
                if (_transfers[i].Stream != null)
                {
                    Move(_transfers[i]);
                }
            }

            return long.MaxValue;
        }

        private void Move(PerfTransfer transfer)
        {
            Libp2pStream stream = transfer.Stream;
            if (transfer.IsClient)
            {
                if (transfer.HeaderDone < HeaderBytes)
                {
                    transfer.HeaderDone += stream.Write(transfer.Header, transfer.HeaderDone, HeaderBytes - transfer.HeaderDone);
                }

                if (transfer.HeaderDone == HeaderBytes && !transfer.UploadEnded)
                {
                    transfer.Uploaded += WriteZeros(transfer);
                    if (transfer.ToSend == 0)
                    {
                        transfer.UploadEnded = true;
                        stream.CloseWrite();
                        if (_events != null)
                        {
                            _events.OnUploaded(transfer);
                        }
                    }
                }
            }
            else if (transfer.UploadEnded)
            {
                transfer.Downloaded += WriteZeros(transfer);
                if (transfer.ToSend == 0)
                {
                    End(transfer, true);
                    stream.CloseWrite();
                }
            }
        }

        private ulong WriteZeros(PerfTransfer transfer)
        {
            int piece = transfer.ToSend < (ulong)_zeros.Length ? (int)transfer.ToSend : _zeros.Length;
            int written = piece == 0 ? 0 : transfer.Stream.Write(_zeros, 0, piece);
            transfer.ToSend -= (ulong)written;
            return (ulong)written;
        }

        private void End(PerfTransfer transfer, bool complete)
        {
            transfer.Stream.Tag = null;
            transfer.Stream = null;
            if (transfer.IsClient && _events != null)
            {
                _events.OnEnd(transfer, complete);
            }
        }

        private PerfTransfer FreeTransfer()
        {
            for (int i = 0; i < _transfers.Length; i++)
            {
                if (_transfers[i].Stream == null)
                {
                    return _transfers[i];
                }
            }

            return null;
        }
    }
}
