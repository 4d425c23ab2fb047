namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// One profile of frame sessions (SPEC.md 14) on one end of the air: how it sends, how it listens, and what its region allows. The
    /// factories give the profiles; change what they give for a channel of your own, and <see cref="LoRaRegion"/> says whether it may be.
    /// </summary>
    public sealed class LoRaOptions
    {
        /// <summary>After the end of a device's frame the answer begins so many milliseconds later (SPEC.md 13.3).</summary>
        public const int WindowMs = 1000;

        /// <summary>What may be sent with what power, and how long.</summary>
        public LoRaRegion Region = LoRaRegion.Eu868;

        /// <summary>How devices send. A device takes one of <see cref="ChannelsHz"/> in place of its frequency.</summary>
        public LoRaModemOptions Up = new LoRaModemOptions();

        /// <summary>How the gateway sends.</summary>
        public LoRaModemOptions Down = new LoRaModemOptions();

        /// <summary>
        /// What a device sends on, at random for each frame, or, if there is a <see cref="PauseMs"/>, in a random order (the radio
        /// shuffles it). A gateway's radio with one of these chips hears one channel: its devices then have that one channel. A
        /// concentrator (<c>lora-udp://</c>) hears eight.
        /// </summary>
        public int[] ChannelsHz = Channels(868100000, 3);

        /// <summary>Whether this end is the gateway's radio: it listens up and sends down.</summary>
        public bool IsGateway;

        /// <summary>Whether a device listens all the time and not only in its receive window: some 12 mA.</summary>
        public bool ListensAlways;

        /// <summary>The longest frame, 64 to 255 bytes.</summary>
        public int Mtu = 128;

        /// <summary>Power at the antenna's connector in dBm.</summary>
        public int PowerDbm = 14;

        /// <summary>What the antenna gains over a dipole, in dB: the region bounds what leaves the antenna (effective radiated
        /// power).</summary>
        public int AntennaGainDb;

        /// <summary>12h: a private network.</summary>
        public int SyncWord = 0x12;

        /// <summary>Milliseconds of airtime that an hour may have, for the <c>AirLedger</c>: 1 % is 36,000. 0: no bound.</summary>
        public int LimitMs = 36000;

        /// <summary>Milliseconds from the start of one frame to the start of the next, at least. 0: none.</summary>
        public int PauseMs;

        /// <summary>Milliseconds from the start of the radio to its first frame, for what was sent before a loss of power. A board that
        /// wakes from a timed sleep at least so long sets it to 0.</summary>
        public int FirstFrameMs;

        /// <summary>
        /// <c>lora-eu868</c>: up on 868.1, 868.3 or 868.5 MHz (1 %), down on 869.525 MHz (10 %), 125 kHz, coding rate 4/5, a CRC up.
        /// </summary>
        /// <param name="spreadingFactor">7 to 12: SF7 reaches least far and is on the air 41 ms for 10 bytes, SF12 the farthest and 991
        /// ms.</param>
        /// <param name="isGateway">Which end this is.</param>
        public static LoRaOptions Eu868(int spreadingFactor, bool isGateway)
        {
            LoRaOptions settings = Create(spreadingFactor, isGateway, 869525000);
            settings.Mtu = spreadingFactor <= 8 ? 255 : spreadingFactor == 9 ? 128 : 96;
            settings.LimitMs = isGateway ? 360000 : 36000;
            return settings;
        }

        /// <summary>
        /// <c>lora-us915</c>: up on the eight channels of the second sub-band (903.9 to 905.3 MHz, 125 kHz), down on 923.3 MHz (500 kHz).
        /// No frame is longer than 400 ms, and none comes sooner than 20 s / 8 after the one before.
        /// </summary>
        /// <param name="spreadingFactor">7, 8 or 9.</param>
        /// <param name="isGateway">Which end this is.</param>
        public static LoRaOptions Us915(int spreadingFactor, bool isGateway)
        {
            LoRaOptions settings = Create(spreadingFactor, isGateway, 923300000);
            settings.Region = LoRaRegion.Us915;
            settings.Mtu = spreadingFactor == 7 ? 255 : spreadingFactor == 8 ? 138 : 66;
            settings.LimitMs = 0;
            settings.ChannelsHz = Channels(903900000, 8);
            settings.PauseMs = isGateway ? 0 : 20000 / settings.ChannelsHz.Length;
            settings.FirstFrameMs = isGateway ? 0 : 20000;
            settings.Up.FrequencyHz = settings.ChannelsHz[0];
            settings.Down.BandwidthHz = 500000;
            return settings;
        }

        // what all regions have in common
        private static LoRaOptions Create(int spreadingFactor, bool isGateway, int downHz)
        {
            LoRaOptions settings = new LoRaOptions();
            settings.IsGateway = isGateway;
            settings.Up.SpreadingFactor = spreadingFactor;
            settings.Down.SpreadingFactor = spreadingFactor;
            settings.Down.FrequencyHz = downHz;
            settings.Down.HasCrc = false;
            settings.Down.IsInverted = true;
            return settings;
        }

        // every 200 kHz
        private static int[] Channels(int firstHz, int count)
        {
            int[] channels = new int[count];
            for (int i = 0; i < count; i++)
            {
                channels[i] = firstHz + (200000 * i);
            }

            return channels;
        }
    }
}
