using System;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace NanoLibp2p.Bench.Gateway;

/// <summary>Our node, which is this program again with the command <c>peer</c>, or another program. One command at a time.</summary>
internal sealed class ProcessGatewayPeer : IGatewayPeer
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly BenchProcess _process;

    private ProcessGatewayPeer(BenchProcess process) => _process = process;

    public string PeerId { get; private set; } = "";

    public string Address { get; private set; } = "";

    /// <summary>Starts our node and waits until it listens.</summary>
    public static Task<ProcessGatewayPeer> StartAsync(int connections)
        => StartAsync(BenchProcess.Start("peer", connections.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Starts another program and waits until it listens.</summary>
    public static Task<ProcessGatewayPeer> StartAsync(string program) => StartAsync(BenchProcess.StartOther(program));

    private static async Task<ProcessGatewayPeer> StartAsync(BenchProcess process)
    {
        ProcessGatewayPeer peer = new(process);
        try
        {
            JsonElement said = JsonElement.Parse(await peer._process.ReadAsync().WaitAsync(_patience));
            peer.PeerId = said.GetProperty("peer").GetString()!;
            peer.Address = said.GetProperty("addr").GetString()!;
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async Task<JsonElement> CallAsync(string command, object? arguments = null)
    {
        JsonObject line = arguments == null ? [] : JsonSerializer.SerializeToNode(arguments)!.AsObject();
        line["cmd"] = command;
        JsonElement said = JsonElement.Parse(await _process.AskAsync(line.ToJsonString()).WaitAsync(_patience));
        return said.TryGetProperty("error", out JsonElement error)
            ? throw new InvalidOperationException($"the peer answered '{command}' with: {error.GetString()}")
            : said.GetProperty("result");
    }

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
