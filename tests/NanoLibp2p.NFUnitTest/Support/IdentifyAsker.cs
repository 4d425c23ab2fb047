using System;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Asks a peer who it is and keeps the answer (libp2p identify spec), which a device itself has no use for.</summary>
    internal sealed class IdentifyAsker : StreamProtocol
    {
        private readonly byte[] _answer = new byte[512];
        private int _count;
        private int _index;

        /// <summary>True once the peer has ended its answer.</summary>
        public bool Ended { get; private set; }

        public bool Ask(Connection connection)
        {
            return connection.OpenStream(this, _index) != null;
        }

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            Array.Copy(buffer, offset, _answer, _count, count);
            _count += count;
            return count;
        }

        public override void OnReadEnd(Libp2pStream stream)
        {
            Ended = true;
            stream.CloseWrite();
        }

        /// <summary>The first value of a field of the answer, a message behind its length; all fields are bytes, of less than
        /// 128.</summary>
        /// <returns>The value; null when the answer has none.</returns>
        public byte[] Field(int number)
        {
            int at = _answer[0] < 128 ? 1 : 2;
            while (at < _count)
            {
                int length = _answer[at + 1];
                if (_answer[at] == ((number << 3) | 2))
                {
                    byte[] value = new byte[length];
                    Array.Copy(_answer, at + 2, value, 0, length);
                    return value;
                }

                at += 2 + length;
            }

            return null;
        }

        protected override void Register(Node node)
        {
            _index = node.RegisterProtocol(IdentifyProtocol.Id, this, false);
        }
    }
}
