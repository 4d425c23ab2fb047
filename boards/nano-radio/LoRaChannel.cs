using System;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>The one channel of a board whose gateway hears no other: a chip of its own, or a board as its modem.</summary>
    public static class LoRaChannel
    {
        private const int TenthOfMHz = 100000;

        // 863 to 870 MHz; a greater number would not fit in Hz
        private const int Least = 8630;
        private const int Most = 8700;

        /// <summary>Has the radio send on the channel of a line <c>channel = 8681</c>, in tenths of a MHz; without one it takes those of
        /// the profile at random, for a concentrator.</summary>
        /// <exception cref="InvalidOperationException">It is none; the text says what to give. Which of them the region allows the radio
        /// says.</exception>
        public static void Take(RadioSettings settings, LoRaOptions options)
        {
            string given = settings.Find("channel");
            if (given == null)
            {
                return;
            }

            int tenths = 0;
            for (int i = 0; i < given.Length && tenths <= Most; i++)
            {
                tenths = given[i] < '0' || given[i] > '9' ? Most + 1 : (tenths * 10) + (given[i] - '0');
            }

            if (tenths < Least || tenths > Most)
            {
                throw new InvalidOperationException("'channel = " + given + "' in the settings is no channel; give tenths of a MHz, "
                    + "8681, 8683 or 8685");
            }

            options.ChannelsHz = new int[] { tenths * TenthOfMHz };
        }
    }
}
