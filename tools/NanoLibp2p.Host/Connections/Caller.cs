using System.Net;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host;

/// <summary>A peer that called us, as <see cref="CallerLimits"/> counts it: from its socket to the end of its connection.</summary>
internal sealed class Caller : IShardWork
{
    internal Caller(HostKey? host, IPAddress? address)
    {
        Host = host;
        Address = address;
    }

    /// <summary>Whose limits it counts for; null where there are none.</summary>
    internal HostKey? Host { get; }

    internal IPAddress? Address { get; }

    /// <summary>Whether it has proved who it is. Under the limits' lock.</summary>
    internal bool IsOpen { get; set; }

    /// <summary>Whether it is counted no more. Under the limits' lock.</summary>
    internal bool IsOver { get; set; }

    /// <summary>Whether it has not sent a whole message of the handshake. Written by its shard.</summary>
    internal volatile bool IsSilent = true;

    /// <summary>Whether another took its place. Its connection ends, or is never made.</summary>
    internal volatile bool HasGivenWay;

    /// <summary>Its connection, once there is one.</summary>
    internal volatile ShardConnection? Connection;

    /// <summary>It gave way: ends its connection, on its shard.</summary>
    void IShardWork.Run(Shard shard) => Connection?.Connection.Close(CloseReason.GaveWay, 0);

    void IShardWork.Abandon()
    {
        // the shard has ended, and its connections with it
    }
}
