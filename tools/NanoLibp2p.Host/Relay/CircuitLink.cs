using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>A circuit as the link of a connection, on the shard of the connection to the relay.</summary>
/// <param name="end">The stream to the relay.</param>
/// <param name="address">The relay's address and /p2p-circuit; null where the relay has none.</param>
internal sealed class CircuitLink(CircuitProtocol.End end, Multiaddr? address) : IShardLink
{
    private readonly CircuitProtocol.End _end = end;
    private readonly StreamLink _inner = end.Link;
    private ShardConnection? _owner;

    /// <inheritdoc/>
    public ShardConnection? Owner
    {
        get => _owner;
        set
        {
            _owner = value;
            _inner.Above = value?.Connection;
        }
    }

    /// <summary>Who relays.</summary>
    internal PeerId Relay { get; } = end.Relay.Peer!;

    /// <summary>Why the relay, or the peer, has broken the circuit off, in words; null where nobody has said.</summary>
    internal string? WhyBroken => ErrorCode.Describe(_end.Code);

    /// <inheritdoc/>
    public bool IsReadable => _inner.IsReadable;

    /// <inheritdoc/>
    public bool IsWriteBlocked => _inner.IsWriteBlocked;

    /// <inheritdoc/>
    public Multiaddr? RemoteAddress => address;

    /// <inheritdoc/>
    public bool IsLimited => _inner.IsLimited;

    /// <inheritdoc/>
    public LinkState State => _inner.State;

    /// <inheritdoc/>
    public LinkError Error => _inner.Error;

    /// <inheritdoc/>
    public int RemotePort => _inner.RemotePort;

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

    /// <inheritdoc/>
    public int CopyRemoteAddress(byte[] buffer, int offset) => _inner.CopyRemoteAddress(buffer, offset);

    /// <inheritdoc/>
    public void Close()
    {
        _inner.Above = null;
        _inner.Close();
    }
}
