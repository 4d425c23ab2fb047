using System.Collections.Generic;
using System.Threading.Tasks;

namespace NanoLibp2p.Bench;

/// <summary>The measuring side of a pair.</summary>
internal interface IDialer
{
    /// <summary>Milliseconds between connections, in which the other side gets rid of the last one.</summary>
    const int RestMs = 20;

    /// <summary>Connects anew each time; milliseconds from the dial to the secured, multiplexed connection as the dialer sees it.</summary>
    Task<IReadOnlyList<double>> ConnectAsync(string address, int count);

    /// <summary>Pings one after the other on one stream; milliseconds of each round trip.</summary>
    Task<IReadOnlyList<double>> PingAsync(string address, int count);

    /// <summary>
    /// One transfer of libp2p perf each way; megabytes (10^6 bytes) a second, from the first byte to the end of the stream.
    /// </summary>
    Task<(double Upload, double Download)> TransferAsync(string address, long bytes);
}
