namespace NanoLibp2p.Hal.Ble.Central
{
    /// <summary>What a slot of an <see cref="IGattCentral"/> does.</summary>
    public enum GattSlotState
    {
        /// <summary>Nothing: it can be given a device.</summary>
        Free,

        /// <summary>It connects, looks for the service and its characteristics, and subscribes; or it ends.</summary>
        Busy,

        /// <summary>Packets go both ways.</summary>
        Connected,
    }
}
