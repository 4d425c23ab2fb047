using System;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Esp32
{
    /// <summary>
    /// The chip's hardware random numbers: on an ESP32 nanoFramework's Random asks esp_random for every byte, whatever its seed
    /// (nf-interpreter, targets/ESP32/_nanoCLR/targetRandom.cpp). They are truly random while Wi-Fi or Bluetooth is on (ESP-IDF, "Random
    /// Number Generation"). On other chips the same class is a plain generator that is no good for keys.
    /// </summary>
    public sealed class ChipRandom : IRandom
    {
        private readonly Random _random = new Random();
        private readonly byte[] _piece = new byte[32];

        /// <inheritdoc/>
        public void Fill(byte[] buffer, int offset, int count)
        {
            while (count > 0)
            {
                int part = count < _piece.Length ? count : _piece.Length;
                _random.NextBytes(_piece);
                Array.Copy(_piece, 0, buffer, offset, part);
                offset += part;
                count -= part;
            }

            Array.Clear(_piece, 0, _piece.Length);
        }
    }
}
