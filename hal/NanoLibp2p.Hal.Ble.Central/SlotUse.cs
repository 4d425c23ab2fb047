namespace NanoLibp2p.Hal.Ble.Central
{
    /// <summary>What a <see cref="BleCentralLink"/> uses a slot for; the diagram there has the ways from one to the other.</summary>
    internal enum SlotUse
    {
        /// <summary>Nothing.</summary>
        Free,

        /// <summary>The stack connects it.</summary>
        Opening,

        /// <summary>Frames go both ways.</summary>
        Connected,

        /// <summary>The stack was told to end it.</summary>
        Ending,
    }
}
