using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// What the connections of a shard run over: a TCP socket, a WebSocket, a stream through a relay. The shard's thread alone uses it; who
/// fills or empties it from another thread posts to the shard. It tells <see cref="Owner"/> (OnReady) when it has become readable or
/// writable again.
/// </summary>
internal interface IShardLink : IStreamLink
{
    /// <summary>Whose it is; null before it is a connection and after that.</summary>
    ShardConnection? Owner { get; set; }

    /// <summary>False once a read has found nothing more.</summary>
    bool IsReadable { get; }

    /// <summary>True once a write was not taken whole.</summary>
    bool IsWriteBlocked { get; }

    /// <summary>The address of the peer's end, without its peer id; null where it has none.</summary>
    Multiaddr? RemoteAddress { get; }

    /// <summary>Whether it goes through a relay that limits its time or its bytes (circuit relay v2 spec, "Limit").</summary>
    bool IsLimited { get; }

    /// <summary>Whether the peer connected: its address is one that it calls from, and seldom one to dial, whoever began the
    /// handshake.</summary>
    bool IsCall => false;

    /// <summary>Bytes that it keeps itself, which count in the shard's budget.</summary>
    int KeptBytes => 0;
}
