namespace NanoLibp2p.Hal
{
    /// <summary>A board's clock. The protocols have none: they are told the time.</summary>
    public interface IClock
    {
        /// <summary>
        /// Milliseconds since some fixed moment, such as the start of the board. A clock that wraps or is set back does no harm: to a node
        /// the time goes on from there.
        /// </summary>
        long NowMs { get; }
    }
}
