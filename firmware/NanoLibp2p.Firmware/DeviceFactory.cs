namespace NanoLibp2p.Firmware
{
    /// <summary>Makes a board's device; most return what <see cref="SensorProgram"/> makes. What it throws is logged, and it is asked
    /// again.</summary>
    /// <param name="board">What it runs on; its network is joined.</param>
    /// <param name="settings">What the board's store says.</param>
    public delegate Device DeviceFactory(Board board, DeviceSettings settings);
}
