#nullable disable

using System;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>
    /// The chip's hardware random numbers. On an ESP32 and on STM32F7 boards nanoFramework's Random asks the generator of the chip for
    /// every byte, whatever its seed (nf-interpreter, targets/ESP32/_nanoCLR/targetRandom.cpp and
    /// targets/ChibiOS/_nanoCLR/targetRandom.cpp; the latter since July 2026). On other chips, and in older firmware, the same class is a
    /// plain generator that is no good for keys: <see cref="Weakness"/> tells.
    /// </summary>
    /// <remarks>
    /// On STM32 the firmware throws the errors of the generator away, and the buffer stays as it was. So each piece begins as a pattern,
    /// and words that come back unchanged are drawn again; a generator that keeps failing is an exception, not a key.
    /// </remarks>
    public class ChipRandom : IRandom
    {
        private const int PieceBytes = 32;

        // a word of a good piece comes back unchanged once in 2^29 pieces, so a fourth time means that the generator is broken
        private const int MaxDraws = 4;

        private readonly byte[] _piece = new byte[PieceBytes];
        private readonly Random _random = new Random();

        /// <inheritdoc/>
        /// <exception cref="InvalidOperationException">The generator does not work; <paramref name="buffer"/> is not to be
        /// used.</exception>
        public void Fill(byte[] buffer, int offset, int count)
        {
            while (count > 0)
            {
                int draws = 0;
                while (!TryDraw())
                {
                    if (++draws == MaxDraws)
                    {
                        throw new InvalidOperationException("the chip's random generator fails: its bytes don't change; switch the board "
                            + "off and on, and replace it if this comes again");
                    }
                }

                int part = count < PieceBytes ? count : PieceBytes;
                Array.Copy(_piece, 0, buffer, offset, part);
                offset += part;
                count -= part;
            }

            Array.Clear(_piece, 0, PieceBytes);
        }

        /// <summary>Why the numbers can be guessed, or null: two generators with one seed are asked, and hardware answers each
        /// anew.</summary>
        public string Weakness()
        {
            byte[] first = new byte[PieceBytes];
            byte[] second = new byte[PieceBytes];
            Draw(new Random(1), first);
            Draw(new Random(1), second);
            int same = 0;
            for (int i = 0; i < PieceBytes; i++)
            {
                same += first[i] == second[i] ? 1 : 0;
            }

            return same < PieceBytes / 2 ? null
                : "two generators gave the same bytes, so they don't come from the chip's hardware, or it fails; update the firmware "
                    + "(nanoff --update)";
        }

        /// <summary>Fills a whole array from a generator, or leaves it, or parts of it, as it was.</summary>
        protected virtual void Draw(Random generator, byte[] bytes)
        {
            generator.NextBytes(bytes);
        }

        // false when a word of the piece is as it was before, or as the word before it
        private bool TryDraw()
        {
            for (int i = 0; i < PieceBytes; i++)
            {
                _piece[i] = (byte)(i * 7);
            }

            Draw(_random, _piece);
            for (int i = 0; i < PieceBytes; i += 4)
            {
                int left = 0;
                int repeated = 0;
                for (int j = i; j < i + 4; j++)
                {
                    left |= _piece[j] ^ (byte)(j * 7);
                    repeated |= _piece[j] ^ (j < 4 ? ~_piece[j] : _piece[j - 4]);
                }

                if (left == 0 || repeated == 0)
                {
                    return false;
                }
            }

            return true;
        }
    }
}
