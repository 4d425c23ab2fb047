namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// What a region allows: bands, radiated power, airtime of an hour, length of a frame. The figures are those of LoRaMac-node and
    /// Meshtastic; the regulations themselves (ERC/REC 70-03 annex 1, EN 300 220; 47 CFR 15.247) bind whoever puts a product on the air.
    /// </summary>
    public sealed class LoRaRegion
    {
        /// <summary>Europe, 863 to 870 MHz.</summary>
        public static readonly LoRaRegion Eu868 = new LoRaRegion("EU868", new int[]
        {
            // from kHz, to kHz, milliseconds of an hour, dBm ERP
            863000, 865000, 3600, 14,
            865000, 868000, 36000, 14,
            868000, 868600, 36000, 14,
            868700, 869200, 3600, 14,
            869400, 869650, 360000, 27,
            869700, 870000, 36000, 14,
        }, 0);

        /// <summary>North America, 902 to 928 MHz.</summary>
        public static readonly LoRaRegion Us915 = new LoRaRegion("US915", new int[] { 902000, 928000, 0, 30 }, 400);

        private const int Columns = 4;

        private readonly int[] _bands;
        private readonly int _longestMs;

        private LoRaRegion(string name, int[] bands, int longestMs)
        {
            Name = name;
            _bands = bands;
            _longestMs = longestMs;
        }

        /// <summary>Its name, such as <c>EU868</c>.</summary>
        public string Name { get; }

        /// <summary>Milliseconds of airtime that an hour may have on the channel; 0 without a bound; -1 where nothing may be
        /// sent.</summary>
        public int LimitMs(int frequencyHz, int bandwidthHz)
        {
            int band = Find(frequencyHz, bandwidthHz);
            return band < 0 ? -1 : _bands[band + 2];
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

        private string Check(LoRaOptions settings, LoRaModemOptions sent, int hz)
        {
            int band = Find(hz, sent.BandwidthHz);
            if (band < 0)
            {
                return Name + " has no band for " + hz.ToString() + " Hz with " + sent.BandwidthHz.ToString() + " Hz of bandwidth";
            }

            if (settings.PowerDbm + settings.AntennaGainDb > _bands[band + 3])
            {
                return Name + " allows " + _bands[band + 3].ToString() + " dBm at " + hz.ToString()
                    + " Hz, antenna included: lower PowerDbm";
            }

            int limit = _bands[band + 2];
            if (limit > 0 && (settings.LimitMs <= 0 || settings.LimitMs > limit))
            {
                return Name + " allows " + limit.ToString() + " ms of airtime in an hour at " + hz.ToString() + " Hz: lower LimitMs";
            }

            return _longestMs > 0 && sent.TimeOnAirUs(settings.Mtu) > _longestMs * 1000
                ? Name + " allows frames of " + _longestMs.ToString() + " ms: lower Mtu or SpreadingFactor" : null;
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
