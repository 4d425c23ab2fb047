#nullable disable

using System;
using System.IO;
using System.Security.Cryptography;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Meadow
{
    /// <summary>
    /// The chip's hardware random numbers, read from <c>/dev/random</c>. Meadow.OS is NuttX, where only a hardware driver makes that device
    /// (Kconfig DEV_RANDOM; STM32F7: stm32_rng.c, which compares each word with the last, as FIPS 140-2 wants).
    /// </summary>
    /// <remarks>
    /// Mono's RandomNumberGenerator is not asked first, because it opens <c>/dev/urandom</c> (mono-rand.c), and that may be a xorshift with
    /// a fixed seed there (NuttX, drivers/crypto/dev_urandom.c). Where the system has no <c>/dev/random</c> it is the last resort, and
    /// <see cref="Weakness"/> says so.
    /// </remarks>
    public sealed class DeviceRandom : IRandom
    {
        private readonly string _path;
        private readonly FileStream _device;
        private readonly RandomNumberGenerator _lastResort;
        private readonly byte[] _word = new byte[8];
        private readonly byte[] _last = new byte[8];

        /// <summary>Opens the device.</summary>
        public DeviceRandom()
            : this("/dev/random")
        {
        }

        /// <summary>Opens a device of that kind at another place.</summary>
        public DeviceRandom(string path)
        {
            _path = path;
            try
            {
                // no buffer of the stream's own: keys would stay in it
                _device = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
            }
            catch (Exception e) when (e is IOException || e is UnauthorizedAccessException || e is NotSupportedException)
            {
                _lastResort = RandomNumberGenerator.Create();
            }
        }

        /// <summary>Why no identity is made of these numbers, or null.</summary>
        public string Weakness
        {
            get
            {
                return _device != null
                    ? null : "this Meadow.OS has no " + _path + ", and what its /dev/urandom gives may follow from a fixed seed";
            }
        }

        /// <inheritdoc/>
        /// <exception cref="InvalidOperationException">The device gave nothing, or twice the same; <paramref name="buffer"/> is not to be
        /// used.</exception>
        public void Fill(byte[] buffer, int offset, int count)
        {
            while (count > 0)
            {
                Draw();
                int part = count < _word.Length ? count : _word.Length;
                Array.Copy(_word, 0, buffer, offset, part);
                offset += part;
                count -= part;
            }

            // what is kept to compare with is no part of a key
            Draw();
            Array.Clear(_word, 0, _word.Length);
        }

        private void Draw()
        {
            if (_device == null)
            {
                _lastResort.GetBytes(_word);
                return;
            }

            int read = 0;
            while (read < _word.Length)
            {
                int part = _device.Read(_word, read, _word.Length - read);
                if (part <= 0)
                {
                    throw new InvalidOperationException(_path + " gave no more bytes; restart the board");
                }

                read += part;
            }

            int changed = 0;
            for (int i = 0; i < _word.Length; i++)
            {
                changed |= _word[i] ^ _last[i];
                _last[i] = _word[i];
            }

            if (changed == 0)
            {
                throw new InvalidOperationException(_path
                    + " gave the same bytes twice, so the generator fails; switch the board off and on");
            }
        }
    }
}
