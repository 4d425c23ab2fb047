namespace NanoLibp2p.Firmware
{
    /// <summary>How far a reading in the ring has come.</summary>
    public enum ReadingState
    {
        /// <summary>To be sent.</summary>
        Kept,

        /// <summary>Given to pubsub for at least one connected peer.</summary>
        Handed,

        /// <summary>Handed, and a ping was sent behind it.</summary>
        Asked,

        /// <summary>Done with: the ping came back, or was not asked for.</summary>
        Done,
    }
}
