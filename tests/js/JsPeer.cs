using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.JsPeers;

/// <summary>
/// A js-libp2p node in a process of its own (<c>tests/js/peer.mjs</c>), driven by JSON lines. Commands are methods here, or
/// <see cref="CallAsync"/>; what happens to the node is waited for with <see cref="WaitForAsync"/>.
/// </summary>
public sealed class JsPeer : IAsyncDisposable
{
    /// <summary>How long a command or an event may take unless said otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly JsonSerializerOptions _json =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly JsProcess _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly List<JsonElement> _events = new();
    private readonly SemaphoreSlim _writing = new(1);
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastCall;

    private JsPeer(JsPeerOptions options)
    {
        _process = JsProcess.Start("peer.mjs", [JsonSerializer.Serialize(options, _json)], onLine: OnLine, prefix: options.Prefix);
    }

    /// <summary>The node's peer id, as text.</summary>
    public string PeerId { get; private set; } = "";

    /// <summary>The multiaddrs that it listens on, each with <c>/p2p/</c> and its peer id.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>The first of <see cref="Addresses"/>.</summary>
    public string Address => Addresses[0];

    /// <summary>Starts a node and waits until it is ready.</summary>
    /// <exception cref="JsPeerException">It didn't start.</exception>
    public static async Task<JsPeer> StartAsync(JsPeerOptions options)
    {
        JsPeer peer = new(options);
        try
        {
            JsonElement listening = await peer.WaitForAsync("listening").ConfigureAwait(false);
            peer.PeerId = listening.GetProperty("peer").GetString()!;
            peer.Addresses = [.. listening.GetProperty("addrs").EnumerateArray().Select(one => one.GetString()!)];
            return peer;
        }
        catch
        {
            await peer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Connects to a multiaddr.</summary>
    /// <exception cref="JsPeerException">It couldn't; <see cref="JsPeerException.Name"/> is the js error's.</exception>
    public Task<JsonElement> DialAsync(string address) => CallAsync("dial", new { addr = address });

    /// <summary>Pings on one stream; round trips in milliseconds.</summary>
    public async Task<IReadOnlyList<double>> PingAsync(string peerId, int count = 1)
    {
        JsonElement result = await CallAsync("ping", new { peer = peerId, count }).ConfigureAwait(false);
        return [.. result.GetProperty("ms").EnumerateArray().Select(one => one.GetDouble())];
    }

    /// <summary>Opens <paramref name="count"/> echo streams at once, each with a payload of its own of up to <paramref name="size"/>
    /// bytes.</summary>
    /// <exception cref="JsPeerException">One of them didn't bring back what was sent.</exception>
    public async Task EchoAsync(string peerId, int count, int size)
    {
        JsonElement result = await CallAsync("echo", new { peer = peerId, count, size }).ConfigureAwait(false);
        if (result.GetProperty("echoed").GetInt32() != count)
        {
            string[] failed = [.. result.GetProperty("failed").EnumerateArray().Select(one => one.GetString()!)];
            throw new JsPeerException($"{failed.Length} of {count} echo streams failed: {string.Join("; ", failed.Distinct())}");
        }
    }

    /// <summary>Sends bytes on a new stream of a protocol, half-closes, and gives what the peer sends until it ends its side.</summary>
    public async Task<byte[]> RequestAsync(string peerId, string protocol, byte[] data)
    {
        JsonElement result = await CallAsync("request", new { peer = peerId, protocol, data = Convert.ToBase64String(data) })
            .ConfigureAwait(false);
        return result.GetBytesFromBase64();
    }

    /// <summary>libp2p perf as the client; seconds for each direction.</summary>
    public async Task<(double Upload, double Download)> PerfAsync(string peerId, long upload, long download)
    {
        JsonElement result = await CallAsync("perf", new { peer = peerId, upload, download }, TimeSpan.FromSeconds(60))
            .ConfigureAwait(false);
        return (result.GetProperty("uploadSeconds").GetDouble(), result.GetProperty("downloadSeconds").GetDouble());
    }

    /// <summary>Subscribes to a topic.</summary>
    public Task SubscribeAsync(string topic) => CallAsync("subscribe", new { topic });

    /// <summary>Publishes to a topic.</summary>
    /// <returns>The peer ids that it was sent to.</returns>
    public async Task<IReadOnlyList<string>> PublishAsync(string topic, byte[] data)
    {
        JsonElement result = await CallAsync("publish", new { topic, data = Convert.ToBase64String(data) }).ConfigureAwait(false);
        return [.. result.GetProperty("recipients").EnumerateArray().Select(one => one.GetString()!)];
    }

    /// <summary>What gossipsub makes of RPCs (without their lengths): for each the verdicts on its messages, <c>accept</c> or why
    /// not.</summary>
    public async Task<IReadOnlyList<string[]>> JudgeAsync(IEnumerable<byte[]> rpcs)
    {
        JsonElement result = await CallAsync("judge", new { rpcs = rpcs.Select(Convert.ToBase64String) }).ConfigureAwait(false);
        return [.. result.EnumerateArray().Select(one => one.EnumerateArray().Select(verdict => verdict.GetString()!).ToArray())];
    }

    /// <summary>Waits until a peer's subscription to a topic has arrived, so that a message published after that goes to it.</summary>
    public async Task WaitForSubscriberAsync(string topic, string peerId)
    {
        using CancellationTokenSource late = new(Patience);
        while (!late.IsCancellationRequested)
        {
            JsonElement known = await CallAsync("subscribers", new { topic }).ConfigureAwait(false);
            if (known.EnumerateArray().Any(one => one.GetString() == peerId))
            {
                return;
            }
            await Task.Delay(20).ConfigureAwait(false);
        }
        throw new JsPeerException($"js never heard that {peerId} subscribed to '{topic}'{_process.Tail()}");
    }

    /// <summary>Cuts the connections that begin after this; the node must have been started with a <see cref="JsPeerOptions.Cut"/>, if only
    /// <see cref="JsCut.Later"/>.</summary>
    public Task CutAsync(JsCut cut) => CallAsync("cut", cut);

    /// <summary>Closes every connection to a peer.</summary>
    public Task DisconnectAsync(string peerId) => CallAsync("disconnect", new { peer = peerId });

    /// <summary>Runs any command of <c>peer.mjs</c>.</summary>
    /// <param name="command">Its name.</param>
    /// <param name="arguments">An object whose properties are the command's arguments.</param>
    /// <param name="patience">How long it may take; <see cref="Patience"/> if not said.</param>
    /// <exception cref="JsPeerException">js answered with an error, or not in time, or ended.</exception>
    public async Task<JsonElement> CallAsync(string command, object? arguments = null, TimeSpan? patience = null)
    {
        int id = Interlocked.Increment(ref _lastCall);
        JsonObject line = arguments == null ? new JsonObject() : JsonSerializer.SerializeToNode(arguments, _json)!.AsObject();
        line["id"] = id;
        line["cmd"] = command;
        TaskCompletionSource<JsonElement> answer = _calls[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);

        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            await _process.WriteLineAsync(line.ToJsonString()).ConfigureAwait(false);
        }
        catch (System.IO.IOException)
        {
            throw new JsPeerException($"js had ended before the command '{command}'{_process.Tail()}");
        }
        finally
        {
            _writing.Release();
        }

        JsonElement said;
        try
        {
            await Task.WhenAny(answer.Task, _process.Ended).WaitAsync(patience ?? Patience).ConfigureAwait(false);
            said = answer.Task.IsCompleted
                ? answer.Task.Result : throw new JsPeerException($"js ended before it answered '{command}'{_process.Tail()}");
        }
        catch (TimeoutException)
        {
            throw new JsPeerException(
                $"js didn't answer '{command}' in {(patience ?? Patience).TotalSeconds} s; events since: {Untaken()}{_process.Tail()}");
        }
        finally
        {
            _calls.TryRemove(id, out _);
        }
        if (said.GetProperty("ok").GetBoolean())
        {
            return said.GetProperty("result");
        }
        JsonElement error = said.GetProperty("error");
        string name = error.GetProperty("name").GetString()!;
        throw new JsPeerException($"js answered '{command}' with {name}: {error.GetProperty("message").GetString()} {error}", name);
    }

    /// <summary>Waits for an event, and takes it: each event is returned once. Events that came before the call count too.</summary>
    /// <param name="name">Its name, such as <c>peer:identify</c>.</param>
    /// <param name="match">Which one; null for the next.</param>
    /// <param name="patience">How long to wait; <see cref="Patience"/> if not said.</param>
    /// <exception cref="JsPeerException">It didn't come.</exception>
    public async Task<JsonElement> WaitForAsync(string name, Func<JsonElement, bool>? match = null, TimeSpan? patience = null)
    {
        using CancellationTokenSource late = new(patience ?? Patience);
        while (true)
        {
            Task more;
            lock (_events)
            {
                int index = _events.FindIndex(one => one.GetProperty("event").GetString() == name && (match == null || match(one)));
                if (index >= 0)
                {
                    JsonElement found = _events[index];
                    _events.RemoveAt(index);
                    return found;
                }
                more = _arrived.Task;
            }
            try
            {
                await Task.WhenAny(more, _process.Ended).WaitAsync(late.Token).ConfigureAwait(false);
                if (!more.IsCompleted)
                {
                    throw new JsPeerException($"js ended while '{name}' was waited for; events since: {Untaken()}{_process.Tail()}");
                }
            }
            catch (OperationCanceledException)
            {
                throw new JsPeerException(
                    $"no '{name}' in {(patience ?? Patience).TotalSeconds} s; events since: {Untaken()}{_process.Tail()}");
            }
        }
    }

    /// <summary>Stops the node.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private string Untaken()
    {
        lock (_events)
        {
            return _events.Count == 0 ? "none" : string.Join(' ', _events);
        }
    }

    private void OnLine(string line)
    {
        JsonElement said = JsonElement.Parse(line);
        if (said.TryGetProperty("id", out JsonElement id))
        {
            if (_calls.TryGetValue(id.GetInt32(), out TaskCompletionSource<JsonElement>? call))
            {
                call.TrySetResult(said);
            }
            return;
        }
        TaskCompletionSource wake;
        lock (_events)
        {
            _events.Add(said);
            wake = _arrived;
            _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        wake.SetResult();
    }
}
