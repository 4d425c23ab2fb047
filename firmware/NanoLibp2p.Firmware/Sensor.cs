namespace NanoLibp2p.Firmware
{
    /// <summary>Something that can be measured: a chip on a bus, a pin, the board itself. Derive and say what it reads.</summary>
    public abstract class Sensor
    {
        /// <summary>
        /// Measures once and adds what came out; adds nothing when there is nothing to say. What it throws costs this reading and one
        /// line in the log. Names are made once, with <see cref="Reading.Name"/>, so that a reading allocates nothing.
        /// </summary>
        public abstract void Read(Reading reading);
    }
}
