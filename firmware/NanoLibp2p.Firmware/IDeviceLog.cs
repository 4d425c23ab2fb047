namespace NanoLibp2p.Firmware
{
    /// <summary>Where a device says in words what happens to it: a serial port, a terminal, nowhere.</summary>
    public interface IDeviceLog
    {
        /// <summary>Takes one line, without an end-of-line. Must not throw and must not wait.</summary>
        void Write(string line);
    }
}
