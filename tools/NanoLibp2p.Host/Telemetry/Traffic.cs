namespace NanoLibp2p.Host;

/// <summary>Bytes that the sockets of a shard have moved. Its thread writes, any may read.</summary>
internal sealed class Traffic
{
    internal long Received;
    internal long Sent;
}
