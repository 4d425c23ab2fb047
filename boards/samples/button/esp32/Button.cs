namespace NanoLibp2p.Samples
{
    /// <summary>A button.</summary>
    public abstract class Button
    {
        /// <summary>Whether it is down now.</summary>
        public abstract bool IsPressed { get; }
    }
}
