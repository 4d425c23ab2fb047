namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// What a region allows: bands, radiated power, airtime of an hour, length of a frame. The figures are those of LoRaMac-node and
    /// Meshtastic; the regulations themselves (ERC/REC 70-03 annex 1, EN 300 220; 47 CFR 15.247) bind whoever puts a product on the air.
    /// </summary>
    public sealed class LoRaRegion
    {
        /// <summary>Europe, 863 to 870 MHz.</summary>
        public static readonly LoRaRegion Eu868 = CreateEu868();

        /// <summary>North America, 902 to 928 MHz.</summary>
        public static readonly LoRaRegion Us915 = CreateUs915();

        /// <summary>Its name, such as <c>EU868</c>.</summary>
        public readonly string Name;

        private const int Columns = 4;

        // from kHz, to kHz, milliseconds of an hour, dBm ERP; set one by one: static data has names of its own, 200 bytes of flash
        private readonly int[] _bands;
        private readonly int _longestMs;
        private int _end;

        private LoRaRegion(string name, int bands, int longestMs)
        {
            Name = name;
            _bands = new int[bands * Columns];
            _longestMs = longestMs;
        }

        /// <summary>Whether the settings keep to what the region allows.</summary>
        /// <returns>Null if they do; else what does not, and what to change.</returns>
        public string Check(LoRaOptions settings)
        {
            LoRaModemOptions sent = settings.IsGateway ? settings.Down : settings.Up;
            int channels = settings.IsGateway ? 1 : settings.ChannelsHz.Length;
            if (channels == 0)
            {
                return "ChannelsHz is empty: name at least one channel";
            }

            for (int i = 0; i < channels; i++)
            {
                int hz = settings.IsGateway ? sent.FrequencyHz : settings.ChannelsHz[i];
                string trouble = Check(settings, sent, hz);
                if (trouble != null)
                {
                    return trouble;
                }
            }

            return null;
        }

        private static LoRaRegion CreateEu868()
        {
            LoRaRegion region = new LoRaRegion("EU868", 6, 0);
            region.Allow(863000, 865000, 3600, 14);
            region.Allow(865000, 868000, 36000, 14);
            region.Allow(868000, 868600, 36000, 14);
            region.Allow(868700, 869200, 3600, 14);
            region.Allow(869400, 869650, 360000, 27);
            region.Allow(869700, 870000, 36000, 14);
            return region;
        }

        private static LoRaRegion CreateUs915()
        {
            LoRaRegion region = new LoRaRegion("US915", 1, 400);
            region.Allow(902000, 928000, 0, 30);
            return region;
        }

        private void Allow(int from, int to, int limitMs, int dbm)
        {
            _bands[_end] = from;
            _bands[_end + 1] = to;
            _bands[_end + 2] = limitMs;
            _bands[_end + 3] = dbm;
            _end += Columns;
        }

        private string Check(LoRaOptions settings, LoRaModemOptions sent, int hz)
        {
            int band = Find(hz, sent.BandwidthHz);
            if (band < 0)
            {
                return Name + " has no band for " + hz.ToString() + " Hz and its bandwidth";
            }

            if (settings.PowerDbm + settings.AntennaGainDb > _bands[band + 3])
            {
                return Allows(_bands[band + 3], " dBm, antenna included: lower PowerDbm");
            }

            int limit = _bands[band + 2];
            if (limit > 0 && (settings.LimitMs <= 0 || settings.LimitMs > limit))
            {
                return Allows(limit, " ms of airtime in an hour: lower LimitMs");
            }

            return _longestMs > 0 && sent.TimeOnAirUs(settings.Mtu) > _longestMs * 1000
                ? Allows(_longestMs, " ms for a frame: lower Mtu or SpreadingFactor") : null;
        }

        private string Allows(int most, string what)
        {
            return Name + " allows " + most.ToString() + what;
        }

        private int Find(int hz, int bandwidthHz)
        {
            int low = (hz - (bandwidthHz / 2)) / 1000;
            int high = (hz + (bandwidthHz / 2) + 999) / 1000;
            for (int i = 0; i < _bands.Length; i += Columns)
            {
                if (low >= _bands[i] && high <= _bands[i + 1])
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
