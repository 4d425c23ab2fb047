using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>Metrics and traces go to where a collector listens.</summary>
public sealed class OtlpTests : IDisposable
{
    // RFC 9113 section 3.4: how a gRPC call begins
    private const string Preface = "PRI * HTTP/2.0";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("metrics.otlpEndpoint")]
    [InlineData("traces.otlpEndpoint")]
    public async Task What_it_measures_goes_to_the_collector_that_is_told(string setting)
    {
        using TcpListener collector = new(IPAddress.Loopback, 0);
        collector.Start();
        Task<string> heard = HearAsync(collector);
        await using (GatewayHost gateway = await Gateways.StartAsync(_folder,
            (setting, $"http://127.0.0.1:{((IPEndPoint)collector.LocalEndpoint).Port}")))
        {
            await using Libp2pNode peer = await Gateways.PeerAsync();
            await peer.DialAsync(gateway);
            await Gateways.UntilAsync(() => gateway.Node.Peers.Count == 1, "it knows the peer");

            // what is left is sent at the end
        }

        Assert.Equal(Preface, await heard.WaitAsync(Gateways.Patience));
    }

    private static async Task<string> HearAsync(TcpListener collector)
    {
        using TcpClient caller = await collector.AcceptTcpClientAsync();
        byte[] first = new byte[Preface.Length];
        await caller.GetStream().ReadExactlyAsync(first);

        // nobody answers: the exporter is not waited for
        collector.Stop();
        return Encoding.ASCII.GetString(first);
    }
}
