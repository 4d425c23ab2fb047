namespace NanoLibp2p.Firmware.Roaming
{
    /// <summary>Times of a <see cref="RadioChoice"/>, in milliseconds.</summary>
    public sealed class RadioChoiceOptions
    {
        /// <summary>
        /// How long each radio, in the order of preference, may try without anything settled before the next one has its turn: Wi-Fi
        /// joins in 10 s and connects in 5, BLE is found in some seconds, LoRa waits for its duty cycle.
        /// </summary>
        public int[] TrialMs = { 45000, 30000, 600000 };

        /// <summary>The pause of a radio that failed, before it is tried again; doubled with each failure in a row.</summary>
        public int FirstPauseMs = 60000;

        /// <summary>The longest pause.</summary>
        public int LongestPauseMs = 3600000;
    }
}
