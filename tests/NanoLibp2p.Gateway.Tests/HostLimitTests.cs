using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;
using NanoLibp2p.Gateway.Http;

namespace NanoLibp2p.Gateway.Tests;

public sealed class HostLimitTests
{
    private readonly HostLimit _limit = new(2);
    private readonly TaskCompletionSource _end = new();

    [Fact]
    public async Task A_host_that_holds_its_HTTP_connections_keeps_no_other_out_and_has_them_back_when_they_end()
    {
        List<Task> held = [Serve("203.0.113.7"), Serve("203.0.113.7"), Serve("2001:db8::1"), Serve("2001:db8::2")];
        Assert.DoesNotContain(held, one => one.IsCompleted);

        // the same hosts: IPv4 in IPv6, and another of the 2^64 addresses that a network has
        Assert.True(Serve("203.0.113.7").IsCompleted);
        Assert.True(Serve("::ffff:203.0.113.7").IsCompleted);
        Assert.True(Serve("2001:db8::3").IsCompleted);
        held.Add(Serve("203.0.113.8"));
        held.Add(Serve("2001:db8:0:1::1"));
        held.AddRange(Enumerable.Range(0, 10).Select(_ => Serve("127.0.0.1")));
        Assert.DoesNotContain(held, one => one.IsCompleted);

        _end.SetResult();
        await Task.WhenAll(held).WaitAsync(Gateways.Patience);
        bool wasServed = false;
        await _limit.ServeAsync(Connection("203.0.113.7"), _ =>
        {
            wasServed = true;
            return Task.CompletedTask;
        });
        Assert.True(wasServed);
    }

    private static DefaultConnectionContext Connection(string address)
        => new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 50_000) };

    private Task Serve(string address) => _limit.ServeAsync(Connection(address), _ => _end.Task);
}
