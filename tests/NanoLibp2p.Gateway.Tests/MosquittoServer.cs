using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using MQTTnet;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>Debian's mosquitto on loopback, with nothing kept on disk, and a client that hears all that is published.</summary>
internal sealed class MosquittoServer : IAsyncDisposable
{
    /// <summary>What to do where <see cref="IsHere"/> is false.</summary>
    public const string Missing = "mosquitto is not installed: apt-get install mosquitto";

    private readonly TemporaryFolder _folder = new();
    private readonly bool _anonymous;
    private readonly ConcurrentQueue<(string Topic, string Text, bool Retained)> _heard = new();
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private Process? _process;

    private MosquittoServer(int port, bool anonymous)
    {
        Port = port;
        _anonymous = anonymous;
        _client.ApplicationMessageReceivedAsync += args =>
        {
            MqttApplicationMessage message = args.ApplicationMessage;
            _heard.Enqueue((message.Topic, Encoding.UTF8.GetString(message.Payload.ToArray()), message.Retain));
            return Task.CompletedTask;
        };
    }

    /// <summary>Whether one can be started on this machine.</summary>
    public static bool IsHere => Find() != null;

    internal int Port { get; }

    internal string Url => $"mqtt://127.0.0.1:{Port}";

    /// <summary>All that was published since the client subscribed.</summary>
    internal (string Topic, string Text, bool Retained)[] Heard => [.. _heard];

    /// <summary>Starts one and waits until it answers.</summary>
    internal static async Task<MosquittoServer> StartAsync(bool anonymous = true)
    {
        MosquittoServer server = new(FreePort(), anonymous);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A port on which nothing listens.</summary>
    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it on its port, with nothing of what it knew before.</summary>
    internal async Task StartAgainAsync()
    {
        string config = _folder.Write("mosquitto.conf", string.Create(CultureInfo.InvariantCulture,
            $"listener {Port} 127.0.0.1\nallow_anonymous {(_anonymous ? "true" : "false")}\npersistence false\nuser root\n"));
        ProcessStartInfo start = new(Find()!, ["-c", config]) { RedirectStandardError = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using TcpClient probe = new();
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                break;
            }
            catch (SocketException) when (attempt < 1000 && !_process.HasExited)
            {
                await Task.Delay(20);
            }
        }

        if (_anonymous)
        {
            await _client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", Port).Build());
            await _client.SubscribeAsync("#");
        }
    }

    internal async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    internal Task PublishAsync(string topic, string text, bool retain = false) => _client.PublishAsync(
        new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(text).WithRetainFlag(retain)
            .WithQualityOfServiceLevel(MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce).Build());

    /// <summary>Has the broker end the connection of a client by taking its place, as if its host were gone.</summary>
    internal async Task TakePlaceOfAsync(string clientId)
    {
        using IMqttClient other = new MqttClientFactory().CreateMqttClient();
        await other.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", Port).WithClientId(clientId).Build());
        await other.DisconnectAsync();
    }

    /// <summary>Waits until something was published on a topic, and gives the latest.</summary>
    internal async Task<string> UntilAsync(string topic, Func<string, bool>? isIt = null)
    {
        string? found = null;
        await Gateways.UntilAsync(
            () => (found = _heard.LastOrDefault(one => one.Topic == topic && isIt?.Invoke(one.Text) != false).Text) != null,
            $"something is published on {topic}; heard: {string.Join(", ", _heard.Select(one => $"{one.Topic}={one.Text}"))}");
        return found!;
    }

    internal void Forget() => _heard.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process!.HasExited)
        {
            await StopAsync();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private static string? Find()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
            .Select(one => Path.Combine(one, "mosquitto")).FirstOrDefault(File.Exists);
}
