namespace NanoLibp2p.Host;

/// <summary>How a node waits for its sockets.</summary>
public enum PollerKind
{
    /// <summary>The fastest that this system has.</summary>
    Best,

    /// <summary>Linux' epoll.</summary>
    Epoll,

    /// <summary>.NET's asynchronous sockets, on every system.</summary>
    Async,
}
