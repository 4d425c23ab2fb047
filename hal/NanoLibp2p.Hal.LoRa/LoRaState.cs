namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>Where a <see cref="LoRaRadio"/> is; its class shows what leads from one to another.</summary>
    public enum LoRaState
    {
        /// <summary>Not open; the chip sleeps.</summary>
        Closed,

        /// <summary>The reset line is held.</summary>
        Resetting,

        /// <summary>The reset line rose; the chip starts.</summary>
        Starting,

        /// <summary>The chip sleeps until there is something to send: a device outside its receive window.</summary>
        Idle,

        /// <summary>The chip listens.</summary>
        Listening,

        /// <summary>A frame is on the air.</summary>
        Sending,

        /// <summary>A device's frame has left; its receive window is not open yet.</summary>
        Awaiting,

        /// <summary>The chip does not answer; it is reset again later.</summary>
        Broken,
    }
}
