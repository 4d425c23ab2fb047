using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>The one channel of a board whose gateway hears no other: a chip of its own, or a board as its modem.</summary>
    public static class LoRaChannel
    {
        private const int TenthOfMHz = 100000;

        /// <summary>Has the radio send on the channel of a line <c>channel = 8681</c>, in tenths of a MHz; without one it takes those of
        /// the profile at random, for a concentrator.</summary>
        /// <exception cref="System.InvalidOperationException">It is no number. Whether the region allows it the radio says.</exception>
        public static void Take(RadioSettings settings, LoRaOptions options)
        {
            if (settings.Find("channel") != null)
            {
                options.ChannelsHz = new int[] { settings.Port("channel") * TenthOfMHz };
            }
        }
    }
}
