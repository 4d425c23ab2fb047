using NanoLibp2p.Core;

namespace NanoLibp2p.Perf
{
    /// <summary>One transfer: bytes up, then bytes down. The objects are used again after <see cref="PerfEvents"/> has heard the
    /// end.</summary>
    public sealed class PerfTransfer
    {
        internal Libp2pStream Stream;
        internal readonly byte[] Header = new byte[PerfProtocol.HeaderBytes];
        internal int HeaderDone;
        internal bool IsClient;
        internal bool UploadEnded;
        internal ulong ToSend;
        internal ulong ToReceive;
        private ulong _uploaded;
        private ulong _downloaded;

        /// <summary>Bytes that have gone from client to server, without the header of 8.</summary>
        public ulong Uploaded
        {
            get { return _uploaded; }
            internal set { _uploaded = value; }
        }

        /// <summary>Bytes that have gone from server to client.</summary>
        public ulong Downloaded
        {
            get { return _downloaded; }
            internal set { _downloaded = value; }
        }

        internal void Begin(Libp2pStream stream, bool isClient)
        {
            Stream = stream;
            IsClient = isClient;
            HeaderDone = 0;
            UploadEnded = false;
            ToSend = 0;
            ToReceive = 0;
            _uploaded = 0;
            _downloaded = 0;
            stream.Tag = this;
        }
    }
}
