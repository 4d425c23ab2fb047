using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>Metrics and traces go to where a collector listens.</summary>
public sealed class OtlpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("metrics.otlpEndpoint", "metrics.v1.MetricsService", "libp2p_swarm_connections_opened")]
    [InlineData("traces.otlpEndpoint", "trace.v1.TraceService", "libp2p.upgrade")]
    public async Task What_it_measures_goes_to_the_collector_that_is_told(string setting, string service, string name)
    {
        ConcurrentQueue<(string Path, string Body)> heard = new();
        await using WebApplication collector = await StartAsync(heard);
        await using (GatewayHost gateway = await Gateways.StartAsync(_folder, (setting, collector.Urls.Single())))
        {
            await using Libp2pNode peer = await Gateways.PeerAsync();
            await peer.DialAsync(gateway);
            await Gateways.UntilAsync(() => gateway.Node.Peers.Count == 1, "it knows the peer");

            // what is left is sent at the end
        }

        Assert.All(heard, one => Assert.Equal($"/opentelemetry.proto.collector.{service}/Export", one.Path));
        Assert.Contains(heard, one => one.Body.Contains(name, StringComparison.Ordinal));
        Assert.Contains(heard, one => one.Body.Contains("nanolibp2p-gateway", StringComparison.Ordinal));
    }

    // a collector of OTLP: it takes each request of gRPC, and answers with an empty message
    private static async Task<WebApplication> StartAsync(ConcurrentQueue<(string Path, string Body)> heard)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0,
            listen => listen.Protocols = HttpProtocols.Http2));
        WebApplication collector = builder.Build();
        collector.Run(async context =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            heard.Enqueue((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await collector.StartAsync();
        return collector;
    }
}
