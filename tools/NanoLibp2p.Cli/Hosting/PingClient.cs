using System;
using System.Diagnostics;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Ping;

namespace NanoLibp2p.Cli;

/// <summary>Pings that can be awaited, one at a time.</summary>
internal sealed class PingClient : PingEvents
{
    private readonly Node _node;
    private TaskCompletionSource<TimeSpan>? _waiting;
    private long _sentAt;

    internal PingClient(Node node)
    {
        _node = node;
        node.Ping.Events = this;
    }

    /// <summary>Sends a ping.</summary>
    /// <returns>The round trip.</returns>
    /// <exception cref="CliException">The peer doesn't answer pings.</exception>
    internal Task<TimeSpan> SendAsync(Connection connection)
    {
        TaskCompletionSource<TimeSpan> waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _sentAt = Stopwatch.GetTimestamp();
        if (_node.Ping.Send(connection))
        {
            _waiting = waiting;
        }
        else
        {
            waiting.SetException(new CliException("no ping could be sent: the connection has no room for one"));
        }
        return waiting.Task;
    }

    public override void OnPong(Connection connection) => Take()?.SetResult(Stopwatch.GetElapsedTime(_sentAt));

    public override void OnPingFailed(Connection connection)
        => Take()?.SetException(new CliException("the peer does not answer pings: it refused the protocol, or sent other bytes back"));

    private TaskCompletionSource<TimeSpan>? Take()
    {
        TaskCompletionSource<TimeSpan>? waiting = _waiting;
        _waiting = null;
        return waiting;
    }
}
