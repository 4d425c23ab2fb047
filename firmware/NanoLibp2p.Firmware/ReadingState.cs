namespace NanoLibp2p.Firmware
{
    /// <summary>How far a reading in the ring has come.</summary>
    public enum ReadingState
    {
        /// <summary>To be sent.</summary>
        Kept,

        /// <summary>Given to pubsub for a peer that may confirm it.</summary>
        Handed,

        /// <summary>Handed, and a ping was sent behind it.</summary>
        Asked,

        /// <summary>Done with: confirmed, or never to be sent.</summary>
        Done,

        /// <summary>
        /// Published once, but only for peers that may not confirm it or on a stream that did not live: to be sent again when a peer that
        /// may confirm it hears its topic.
        /// </summary>
        Again,
    }
}
