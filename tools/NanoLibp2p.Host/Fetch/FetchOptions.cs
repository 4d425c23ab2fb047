using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.Fetch;

/// <summary>How much the fetch protocol takes and gives.</summary>
public sealed class FetchOptions
{
    /// <summary>The longest value, of this node's and of others', in bytes.</summary>
    public int MaxValueBytes { get; set; } = 1024 * 1024;

    /// <summary>Requests of others that are answered at a time.</summary>
    public int MaxRequests { get; set; } = 64;

    /// <summary>The same of one peer; more are broken off.</summary>
    public int MaxRequestsPerPeer { get; set; } = 8;

    /// <summary>How long a request, and its answer, may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    internal void Check()
    {
        NodeOptions.CheckRange(MaxValueBytes, 1, 64 * 1024 * 1024, "Fetch.MaxValueBytes");
        NodeOptions.CheckRange(MaxRequests, 1, 65536, "Fetch.MaxRequests");
        NodeOptions.CheckRange(MaxRequestsPerPeer, 1, 65536, "Fetch.MaxRequestsPerPeer");
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"Fetch.Timeout = {Timeout}; give more than 0 and at most a day");
        }
    }
}
