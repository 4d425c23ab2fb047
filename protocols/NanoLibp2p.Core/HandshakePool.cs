using NanoLibp2p.Crypto;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core
{
    /// <summary>A node's handshakes: connections use one each while they need it, since its memory is of no use afterwards.</summary>
    internal sealed class HandshakePool
    {
        private readonly NoiseHandshake[] _free;
        private int _count;

        /// <summary>Makes <paramref name="count"/> handshakes.</summary>
        internal HandshakePool(CryptoProvider crypto, NoiseSettings settings, int count)
        {
            _free = new NoiseHandshake[count];
            while (_count < count)
            {
                _free[_count++] = new NoiseHandshake(crypto, settings);
            }
        }

#if !NANOFRAMEWORK_1_0
        internal bool HasFree
        {
            get { return _count > 0; }
        }
#endif

        /// <summary>Takes a handshake; null when all are in use.</summary>
        internal NoiseHandshake Rent()
        {
            return _count == 0 ? null : _free[--_count];
        }

        /// <summary>Wipes a handshake and gives it back.</summary>
        internal void Return(NoiseHandshake handshake)
        {
            handshake.State.Clear();
            _free[_count++] = handshake;
        }
    }
}
