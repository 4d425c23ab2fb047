using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Hosting;

/// <summary>A node among the services of a .NET host, and the program of the README.</summary>
public class HostedNodeTests
{
    [Fact]
    public async Task The_hosts_program_of_README_is_this_one_and_its_greeter_answers()
    {
        using CancellationTokenSource late = new(Nodes.Patience);
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Services.AddLibp2pNode(options => options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/4001"));
        builder.Services.AddHostedService<Greeter>();

        // the test's own port, by a second who configures
        builder.Services.Configure<Libp2pNodeOptions>(options => options.ListenAddresses[0] = "/ip4/127.0.0.1/tcp/0");
        LogLines log = new();
        builder.Logging.ClearProviders().AddProvider(log);
        using IHost host = builder.Build();
        await host.StartAsync(late.Token);
        Libp2pNode node = host.Services.GetRequiredService<Libp2pNode>();
        Assert.Contains(log.Lines, line => line.Contains($"peer {node.PeerId} listens on {node.ListenAddresses[0].WithoutPeerId()}"));

        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        PeerId who = await client.DialAsync(node.ListenAddresses[0], late.Token);
        await using (PeerStream stream = await client.OpenStreamAsync(who, "/greet/1.0.0", late.Token))
        {
            byte[] greeting = new byte[5];
            await stream.ReadExactlyAsync(greeting, late.Token);
            Assert.Equal("hello", Encoding.UTF8.GetString(greeting));
        }

        node.Handle("/broken/1.0.0", (_, _) => throw new InvalidOperationException("mine"));
        await using (PeerStream broken = await client.OpenStreamAsync(who, "/broken/1.0.0", late.Token))
        {
            await Nodes.UntilAsync(() => log.Lines.Any(line => line.Contains("/broken/1.0.0") && line.Contains("mine")), "it is logged");
        }

        await host.StopAsync(late.Token);
        await Nodes.UntilAsync(() => client.Connections.Count == 0, "the node has left");
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => node.DialAsync(client.PeerId));
        Assert.Equal(Libp2pError.NodeClosed, error.Error);

        string[] lines = await System.IO.File.ReadAllLinesAsync(System.IO.Path.Combine(ReadmeTests.Root(),
            "tools/NanoLibp2p.Host/README.md"));
        string source = await System.IO.File.ReadAllTextAsync(System.IO.Path.Combine(ReadmeTests.Root(),
            "tests/NanoLibp2p.Host.Tests/Hosting/HostedNodeTests.cs"));
        string[] program = [.. lines.SkipWhile(line => line != "## In a .NET host").SkipWhile(line => line != "```csharp").Skip(1)
            .TakeWhile(line => line != "```").Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('{')
                && !line.StartsWith('}'))];
        Assert.InRange(program.Length, 5, 14);
        Assert.All(program, line => Assert.Contains(line, source));
    }

    [Fact]
    public async Task Options_that_are_wrong_keep_the_host_from_starting_and_the_containers_clock_is_the_nodes()
    {
        ServiceCollection services = new();
        FakeTimeProvider time = new();
        services.AddSingleton<TimeProvider>(time);
        services.AddLibp2pNode(options => options.Shards = 1).AddLibp2pNode();
        using (ServiceProvider container = services.BuildServiceProvider())
        {
            // twice added is one, and without a host it is made when it is asked for
            Assert.Single(container.GetServices<IHostedService>());
            Assert.Same(container.GetRequiredService<Libp2pNode>(), container.GetRequiredService<Libp2pNode>());
            Assert.Same(time, container.GetRequiredService<IOptions<Libp2pNodeOptions>>().Value.Time);
        }

        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLibp2pNode(options => options.ListenAddresses.Add("nonsense"));
        using IHost host = builder.Build();
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => host.StartAsync());
        Assert.Contains("nonsense", error.Message);
    }

    private sealed class Greeter(Libp2pNode node) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stopping)
        {
            node.Handle("/greet/1.0.0", async (stream, ct) => await stream.WriteAsync(Encoding.UTF8.GetBytes("hello"), ct));
            return Task.CompletedTask;
        }
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        internal string[] Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add($"{formatter(state, exception)} {exception?.Message}");
            }
        }

        public void Dispose()
        {
        }
    }
}
