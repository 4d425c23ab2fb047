namespace NanoLibp2p.Samples
{
    /// <summary>A valve, closed at the start.</summary>
    public abstract class Valve
    {
        /// <summary>Opens or closes it.</summary>
        public abstract void Set(bool open);
    }
}
