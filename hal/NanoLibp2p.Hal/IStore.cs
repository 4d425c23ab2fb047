namespace NanoLibp2p.Hal
{
    /// <summary>
    /// A board's store of small named values that outlive a restart: the identity, the settings. A value is replaced
    /// whole or not at all, whenever the power goes.
    /// </summary>
    public interface IStore
    {
        /// <summary>Reads a value into the caller's buffer.</summary>
        /// <param name="name">Lower-case letters, digits and hyphens; at most 24.</param>
        /// <param name="buffer">Takes the value.</param>
        /// <param name="offset">Where it goes.</param>
        /// <param name="capacity">Room in bytes.</param>
        /// <returns>Bytes of the value; -1 when there is none; -2 when it is longer than the room or can't be read.</returns>
        int Read(string name, byte[] buffer, int offset, int capacity);

        /// <summary>Writes a value, in place of one of that name.</summary>
        /// <returns>False when the store is full or broken; the old value then stands.</returns>
        bool Write(string name, byte[] buffer, int offset, int count);
    }
}
