namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>Which of a device's radios has its turn: <c>RadioChoice</c> of NanoLibp2p.Firmware.Roaming, which a device with one radio
    /// leaves out.</summary>
    public interface IRadioChoice
    {
        /// <summary>Among how many radios it chooses.</summary>
        int Radios { get; }

        /// <summary>The radio that has its turn: an index in the order of preference. The others are off.</summary>
        int Current { get; }

        /// <summary>A reading was settled, or the gateway answered, over the current radio.</summary>
        void Settle(long nowMs);

        /// <summary>The current radio can't: no network, nobody there, the link failed.</summary>
        void Fail(long nowMs);

        /// <summary>Lets time pass.</summary>
        /// <param name="nowMs">The clock.</param>
        /// <param name="waits">Whether a reading waits to be settled: a radio with nothing to do fails nobody.</param>
        /// <returns>True when another radio has its turn now.</returns>
        bool Poll(long nowMs, bool waits);
    }
}
