using NanoLibp2p.Postbox.Service.Messages;

namespace NanoLibp2p.Postbox.Service.Streams;

/// <summary>A request that was read and has not ended.</summary>
/// <param name="Result">What it is.</param>
/// <param name="Bytes">What it takes of the connection's share.</param>
internal sealed record Incoming(RequestResult Result, int Bytes)
{
    /// <summary>Whether others may begin while it waits for the store.</summary>
    internal bool LetsOthersBegin => Result.Request is DepositRequest { HasItem: true };

    /// <summary>Whether it may begin while deposits wait for the store: nothing hangs on their order.</summary>
    internal bool MayOverlap => Result.Request is DepositRequest { HasItem: true, Slot: null };
}
