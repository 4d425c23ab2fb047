namespace NanoLibp2p.Firmware
{
    /// <summary>Whose word it is that a reading is through.</summary>
    public enum Confirmers
    {
        /// <summary>
        /// The peers of the dial list: the one that was dialled, and those that dialled in and whose peer id an address of the list names.
        /// While the list is empty, any subscriber.
        /// </summary>
        DialList,

        /// <summary>Any peer that subscribed: for readings that are as well kept by whoever hears them.</summary>
        Subscribers,
    }
}
