using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>A circuit as the link of a connection, on the shard of the connection to the relay.</summary>
/// <param name="inner">The stream to the relay.</param>
/// <param name="relay">Who relays.</param>
/// <param name="address">The relay's address and /p2p-circuit; null where the relay has none.</param>
internal sealed class CircuitLink(StreamLink inner, PeerId relay, Multiaddr? address) : IShardLink
{
    private ShardConnection? _owner;

    /// <inheritdoc/>
    public ShardConnection? Owner
    {
        get => _owner;
        set
        {
            _owner = value;
            inner.Above = value?.Connection;
        }
    }

    /// <summary>Who relays.</summary>
    internal PeerId Relay => relay;

    /// <inheritdoc/>
    public bool IsReadable => inner.IsReadable;

    /// <inheritdoc/>
    public bool IsWriteBlocked => inner.IsWriteBlocked;

    /// <inheritdoc/>
    public Multiaddr? RemoteAddress => address;

    /// <inheritdoc/>
    public bool IsLimited => inner.IsLimited;

    /// <inheritdoc/>
    public LinkState State => inner.State;

    /// <inheritdoc/>
    public LinkError Error => inner.Error;

    /// <inheritdoc/>
    public int RemotePort => inner.RemotePort;

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    /// <inheritdoc/>
    public int CopyRemoteAddress(byte[] buffer, int offset) => inner.CopyRemoteAddress(buffer, offset);

    /// <inheritdoc/>
    public void Close()
    {
        inner.Above = null;
        inner.Close();
    }
}
