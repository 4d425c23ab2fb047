namespace NanoLibp2p.Host;

/// <summary>Something that a shard's thread does for another thread.</summary>
internal interface IShardWork
{
    /// <summary>Does it, on the shard's thread. It must not throw, nor wait.</summary>
    void Run(Shard shard);

    /// <summary>The shard has ended: nothing is done any more.</summary>
    void Abandon();
}
