namespace NanoLibp2p.Hal
{
    /// <summary>A board's clock. The protocols have none: they are told the time.</summary>
    public interface IClock
    {
        /// <summary>Milliseconds since some fixed moment, such as the start of the board; never goes back.</summary>
        long NowMs { get; }
    }
}
