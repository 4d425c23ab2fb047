using System;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Core.Tests.Support;

/// <summary>One end of a link that takes next to no memory while nothing is under way.</summary>
internal sealed class QueueLink : IStreamLink
{
    private byte[] _arrived = [];
    private bool _ended;

    public QueueLink()
        : this(null)
    {
    }

    private QueueLink(QueueLink? other) => Other = other ?? new QueueLink(this);

    public QueueLink Other { get; }

    public LinkState State { get; private set; } = LinkState.Open;

    public LinkError Error => LinkError.None;

    public int RemotePort => 0;

    public int Read(byte[] buffer, int offset, int count)
    {
        int read = Math.Min(count, _arrived.Length);
        Array.Copy(_arrived, 0, buffer, offset, read);
        _arrived = read == _arrived.Length ? [] : _arrived[read..];
        return read > 0 ? read : _ended ? LinkResult.Ended : 0;
    }

    public int Write(byte[] buffer, int offset, int count)
    {
        Other._arrived = [.. Other._arrived, .. buffer.AsSpan(offset, count)];
        return count;
    }

    public int CopyRemoteAddress(byte[] buffer, int offset) => 0;

    public void Close()
    {
        State = LinkState.Closed;
        Other._ended = true;
    }
}
