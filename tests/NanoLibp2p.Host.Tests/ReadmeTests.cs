using System;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests;

/// <summary>The program of the library's README.</summary>
public class ReadmeTests
{
    [Fact]
    public async Task The_program_of_README_is_this_one_and_runs()
    {
        using CancellationTokenSource end = new(Nodes.Patience);
        Task<string> other = RunAsync(null, end.Token);
        Assert.Equal("hello", await other);

        string[] lines = await System.IO.File.ReadAllLinesAsync(System.IO.Path.Combine(Root(), "tools/NanoLibp2p.Host/README.md"));
        string source = await System.IO.File.ReadAllTextAsync(System.IO.Path.Combine(Root(), "tests/NanoLibp2p.Host.Tests/ReadmeTests.cs"));
        string[] program = [.. lines.SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```").Select(line
            => line.Trim()).Where(line => line.Length > 0)];
        Assert.InRange(program.Length, 8, 14);
        Assert.All(program, line => Assert.Contains(line, source));
    }

    private static async Task<string> RunAsync(Libp2pNodeOptions? options, CancellationToken ct)
    {
        options ??= new Libp2pNodeOptions();
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode peer = await Libp2pNode.StartAsync(options, ct);
        peer.Handle("/chat/1.0.0", async (stream, cancellation) => await stream.CopyToAsync(stream, cancellation));
        string address = peer.ListenAddresses[0].ToString();

        await using Libp2pNode node = await Libp2pNode.StartAsync(new Libp2pNodeOptions(), ct);
        node.Handle("/echo/1.0.0", async (stream, cancellation) => await stream.CopyToAsync(stream, cancellation));
        PeerId who = await node.DialAsync(address, ct);
        await using PeerStream chat = await node.OpenStreamAsync(who, "/chat/1.0.0", ct);
        await chat.WriteAsync(Encoding.UTF8.GetBytes("hello"), ct);
        chat.CompleteWrites();
        Task publishing = PublishAsync(peer, ct);
        await foreach (TopicMessage message in node.SubscribeAsync("greenhouse/climate", ct))
        {
            Console.WriteLine($"{message.From}: {Encoding.UTF8.GetString(message.Data)}");
            break;
        }

        await publishing;
        byte[] answer = new byte[5];
        await chat.ReadExactlyAsync(answer, ct);
        return Encoding.UTF8.GetString(answer);
    }

    private static async Task PublishAsync(Libp2pNode node, CancellationToken ct)
    {
        while (await node.PublishAsync("greenhouse/climate", Encoding.UTF8.GetBytes("21.5"), ct) == 0)
        {
            await Task.Delay(20, ct);
        }
    }

    internal static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !System.IO.File.Exists(System.IO.Path.Combine(folder, "nanoLibp2p.sln")))
        {
            folder = System.IO.Path.GetDirectoryName(folder);
        }

        return folder ?? throw new System.IO.DirectoryNotFoundException("nanoLibp2p.sln");
    }
}
