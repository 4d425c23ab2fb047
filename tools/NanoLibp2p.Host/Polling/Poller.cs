using System;

namespace NanoLibp2p.Host;

/// <summary>
/// Who tells which sockets of a shard can be read or written: the seam between a shard and the operating system. One thread calls it, but
/// for <see cref="Wake"/>.
/// </summary>
/// <remarks>
/// What it finds it notes in the links (<see cref="SocketLink.IsReadable"/>, <see cref="SocketLink.IsWriteBlocked"/>) and tells
/// <see cref="SocketLink.OnReady"/>. It tells of an edge once: a link stays readable until a read finds nothing more.
/// </remarks>
internal abstract class Poller : IDisposable
{
    /// <summary>The best of this system: epoll on Linux, else <see cref="AsyncPoller"/>.</summary>
    internal static Poller Create(PollerKind kind)
        => kind switch
        {
            PollerKind.Epoll => new EpollPoller(),
            PollerKind.Async => new AsyncPoller(),
            _ => OperatingSystem.IsLinux() ? new EpollPoller() : new AsyncPoller(),
        };

    /// <summary>Watches a link until <see cref="Remove"/>.</summary>
    internal abstract void Add(SocketLink link);

    /// <summary>Forgets a link, which is told of no more; before its socket is closed.</summary>
    internal abstract void Remove(SocketLink link);

    /// <summary>A read has found nothing more: tell when there is.</summary>
    internal abstract void WantRead(SocketLink link);

    /// <summary>A write was not taken whole: tell when there is room.</summary>
    /// <param name="link">Whose.</param>
    /// <param name="rest">What was not taken.</param>
    /// <returns>Bytes of it that the poller has copied and sends by itself, 0 or more.</returns>
    internal abstract int WantWrite(SocketLink link, ReadOnlySpan<byte> rest);

    /// <summary>Closes a link's socket, once what <see cref="WantWrite"/> took is sent.</summary>
    internal abstract void Close(SocketLink link);

    /// <summary>Waits until a link is ready or <see cref="Wake"/> is called, and tells the links.</summary>
    /// <param name="milliseconds">How long at most; 0 only looks.</param>
    internal abstract void Wait(int milliseconds);

    /// <summary>Ends a wait, that under way or the next. From any thread.</summary>
    internal abstract void Wake();

    /// <inheritdoc/>
    public abstract void Dispose();
}
