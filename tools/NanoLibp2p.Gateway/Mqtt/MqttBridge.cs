using System;
using System.Buffers;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Mqtt;

/// <summary>
/// Carries messages between topics of libp2p and of MQTT, both ways, and announces peers to Home Assistant. It connects again with pauses
/// that double from 1 s to a minute; what peers say meanwhile waits, the oldest is lost beyond <see cref="Waiting"/> messages.
/// </summary>
/// <remarks>
/// <code>
///   libp2p topic -> Subscription -> queue -> PUBLISH (QoS 1, retained)                 PREFIX/TOPIC/PEER-ID
///   PREFIX/TOPIC/set -> queue -> Libp2pNode.PublishAsync, signed by the gateway        libp2p topic
/// </code>
/// The broker retains the latest message of each peer, so that who subscribes later has a value at once. A retained message on
/// <c>set</c> is not taken: it would be said again at each connect.
/// </remarks>
internal sealed class MqttBridge : IAsyncDisposable
{
    /// <summary>Messages that wait for the broker, and again as many that wait for peers.</summary>
    internal const int Waiting = 1024;

    private const string ConditionName = "mqtt";
    private const string Online = "online";
    private const string Offline = "offline";

    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _info = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly Libp2pNode _node;
    private readonly MqttSettings _settings;
    private readonly Func<PeerId, bool> _isAdmitted;
    private readonly Conditions _conditions;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly MqttTopics _topics;
    private readonly HomeAssistant? _home;
    private readonly DeviceBook _book;
    private readonly Channel<TopicMessage> _toMqtt;
    private readonly Channel<(string Topic, byte[] Data)> _fromMqtt;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _tasks = [];
    private readonly List<Subscription> _subscriptions = [];
    private readonly Counter<long> _messages;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    private MqttBridge(
        Libp2pNode node, MqttSettings settings, Func<PeerId, bool> isAdmitted, Conditions conditions, Meter meter, TimeProvider time,
        ILogger log)
    {
        _node = node;
        _settings = settings;
        _isAdmitted = isAdmitted;
        _conditions = conditions;
        _time = time;
        _log = log;
        _topics = new MqttTopics(settings.Prefix, node.PeerId);
        _home = settings.DiscoveryPrefix.Length > 0 ? new HomeAssistant(settings.DiscoveryPrefix, _topics, node.PeerId) : null;
        _book = new DeviceBook(time);
        _messages = meter.CreateCounter<long>("nanolibp2p_mqtt_messages_total", description: "Messages between libp2p and MQTT");
        BoundedChannelOptions bounded = new(Waiting) { FullMode = BoundedChannelFullMode.DropOldest };
        _toMqtt = Channel.CreateBounded<TopicMessage>(bounded, _ => Count("lost_to_mqtt"));
        _fromMqtt = Channel.CreateBounded<(string, byte[])>(bounded, _ => Count("lost_from_mqtt"));
        _client.ApplicationMessageReceivedAsync += OnMessageAsync;
    }

    /// <summary>Whether the broker is connected.</summary>
    internal bool IsConnected => _client.IsConnected;

    /// <summary>Begins; the broker may be down.</summary>
    internal static MqttBridge Start(
        Libp2pNode node, MqttSettings settings, Func<PeerId, bool> isAdmitted, Conditions conditions, Meter meter, TimeProvider time,
        ILogger log)
    {
        MqttBridge bridge = new(node, settings, isAdmitted, conditions, meter, time, log);
        foreach (string topic in settings.ToMqtt)
        {
            Subscription subscription = node.SubscribeAsync(topic);
            bridge._subscriptions.Add(subscription);
            bridge._tasks.Add(bridge.TakeAsync(subscription));
        }

        bridge._tasks.Add(bridge.ConnectAgainAndAgainAsync());
        bridge._tasks.Add(bridge.PublishToPeersAsync());
        return bridge;
    }

    /// <summary>One line about it.</summary>
    internal string Describe()
        => $"{(IsConnected ? "connected to" : "not connected to")} {_settings.Server.Host}, "
            + $"{_book.All().Count(one => one.IsOnline)} peers online";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _subscriptions.ForEach(one => one.Dispose());
        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_tasks).ConfigureAwait(false);
        try
        {
            if (_client.IsConnected)
            {
                using CancellationTokenSource late = new(_patience);
                await PublishAsync(_topics.BridgeState, Offline, late.Token).ConfigureAwait(false);
                await _client.DisconnectAsync(new MqttClientDisconnectOptions(), late.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsFault(e))
        {
            // its last will says it
        }

        _client.Dispose();
        _ending.Dispose();
    }

    private static bool IsFault(Exception e)
        => e is MqttCommunicationException or MqttCommunicationTimedOutException or MqttProtocolViolationException
            or MqttClientNotConnectedException or OperationCanceledException or System.Net.Sockets.SocketException or System.IO.IOException
            or InvalidOperationException or System.Security.Authentication.AuthenticationException;

    private void Count(string what) => _messages.Add(1, new KeyValuePair<string, object?>("what", what));

    // from peers to the queue
    private async Task TakeAsync(Subscription subscription)
    {
        try
        {
            await foreach (TopicMessage message in subscription.WithCancellation(_ending.Token).ConfigureAwait(false))
            {
                // who signs nothing has no place on MQTT
                if (message.From is { } from && (!_settings.IsAdmittedOnly || _isAdmitted(from)))
                {
                    _toMqtt.Writer.TryWrite(message);
                }
                else
                {
                    Count("left_out");
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the gateway ends
        }
    }

    // from MQTT to peers
    private Task OnMessageAsync(MqttApplicationMessageReceivedEventArgs args)
    {
        MqttApplicationMessage message = args.ApplicationMessage;
        string? topic = _topics.TopicOf(message.Topic);
        if (topic == null || !_settings.FromMqtt.Contains(topic) || message.Retain)
        {
            Count("left_out");
        }
        else
        {
            _fromMqtt.Writer.TryWrite((topic, message.Payload.ToArray()));
        }

        return Task.CompletedTask;
    }

    private async Task PublishToPeersAsync()
    {
        try
        {
            await foreach ((string topic, byte[] data) in _fromMqtt.Reader.ReadAllAsync(_ending.Token).ConfigureAwait(false))
            {
                try
                {
                    int peers = await _node.PublishAsync(topic, data, _ending.Token).ConfigureAwait(false);
                    Count(peers > 0 ? "from_mqtt" : "from_mqtt_to_nobody");
                }
                catch (Libp2pException e) when (e.Error != Libp2pError.NodeClosed)
                {
                    Count("lost_from_mqtt");
                    _log.LogWarning("a message of MQTT for {Topic} is lost: {Text}", topic, e.Message);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the gateway ends
        }
    }

    private async Task ConnectAgainAndAgainAsync()
    {
        TimeSpan pause = _firstPause;
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync().ConfigureAwait(false);
                _log.LogInformation("connected to the broker {Server}", _settings.Server);
                _conditions.Clear(ConditionName);
                pause = _firstPause;
                await CarryAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (IsFault(e) && !_ending.IsCancellationRequested)
            {
                string sentence = $"the broker {_settings.Server} is not connected: {(e.InnerException ?? e).Message.TrimEnd('.')}; it is "
                    + "tried again";
                if (_conditions.Set(ConditionName, sentence))
                {
                    _log.LogWarning("{Text}", sentence);
                }
            }
            catch (Exception e) when (IsFault(e))
            {
                return;
            }

            await Task.Delay(pause, _time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
        }
    }

    private async Task ConnectAsync()
    {
        bool isTls = _settings.Server.Scheme == "mqtts";
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder()
            .WithTcpServer(_settings.Server.Host, _settings.Server.IsDefaultPort ? isTls ? 8883 : 1883 : _settings.Server.Port)
            .WithClientId("nanolibp2p-" + _node.PeerId)
            .WithTimeout(_patience)
            .WithWillTopic(_topics.BridgeState).WithWillPayload(Offline).WithWillRetain().WithWillQualityOfServiceLevel(
                MqttQualityOfServiceLevel.AtLeastOnce);
        if (isTls)
        {
            options.WithTlsOptions(tls => tls.UseTls());
        }

        if (_settings.User.Length > 0)
        {
            options.WithCredentials(_settings.User, _settings.Password);
        }

        MqttClientConnectResult result = await _client.ConnectAsync(options.Build(), _ending.Token).ConfigureAwait(false);
        if (result.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new InvalidOperationException($"it answers {result.ResultCode}; look at mqtt.user and mqtt.passwordFile");
        }

        foreach (string topic in _settings.FromMqtt)
        {
            await _client.SubscribeAsync(_topics.SetOf(topic), MqttQualityOfServiceLevel.AtLeastOnce, _ending.Token).ConfigureAwait(false);
        }

        await PublishAsync(_topics.BridgeState, Online, _ending.Token).ConfigureAwait(false);
        await TellInfoAsync().ConfigureAwait(false);
        await TellAllAsync().ConfigureAwait(false);
    }

    // until the connection ends
    private async Task CarryAsync()
    {
        long told = _time.GetTimestamp();
        while (_client.IsConnected)
        {
            using CancellationTokenSource look = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            look.CancelAfter(_look);
            try
            {
                if (await _toMqtt.Reader.WaitToReadAsync(look.Token).ConfigureAwait(false))
                {
                    while (_client.IsConnected && _toMqtt.Reader.TryPeek(out TopicMessage? message))
                    {
                        await TellAsync(message).ConfigureAwait(false);

                        // what could not be sent stays the next
                        _toMqtt.Reader.TryRead(out _);
                    }
                }
            }
            catch (OperationCanceledException) when (!_ending.IsCancellationRequested)
            {
                // nothing to carry
            }

            foreach (PeerId silent in _book.TakeSilent(_settings.OfflineAfter))
            {
                await PublishAsync(_topics.DeviceState(silent), Offline, _ending.Token).ConfigureAwait(false);
            }

            if (_time.GetElapsedTime(told) >= _info)
            {
                told = _time.GetTimestamp();
                await TellInfoAsync().ConfigureAwait(false);
            }
        }

        throw new MqttCommunicationException("the connection has ended");
    }

    private async Task TellAsync(TopicMessage message)
    {
        PeerId from = message.From!;
        IReadOnlyList<string> fields = _home == null ? [] : HomeAssistant.FieldsOf(message.Data);
        IReadOnlyList<string> fresh = _book.Heard(from, message.Topic, fields, out bool isBack);
        foreach (string field in fresh)
        {
            (string topic, string config) = _home!.Field(message.Topic, from, field);
            await PublishAsync(topic, config, _ending.Token).ConfigureAwait(false);
        }

        if (isBack)
        {
            await PublishAsync(_topics.DeviceState(from), Online, _ending.Token).ConfigureAwait(false);
        }

        await PublishAsync(_topics.Message(message.Topic, from), message.Data, _ending.Token).ConfigureAwait(false);
        Count("to_mqtt");
    }

    // a broker that was started anew may have forgotten what it retained
    private async Task TellAllAsync()
    {
        if (_home != null)
        {
            (string topic, string config) = _home.Gateway();
            await PublishAsync(topic, config, _ending.Token).ConfigureAwait(false);
        }

        foreach ((PeerId peer, bool isOnline, IReadOnlyList<(string Topic, string Field)> fields) in _book.All())
        {
            foreach ((string topic, string field) in fields)
            {
                (string place, string config) = _home!.Field(topic, peer, field);
                await PublishAsync(place, config, _ending.Token).ConfigureAwait(false);
            }

            await PublishAsync(_topics.DeviceState(peer), isOnline ? Online : Offline, _ending.Token).ConfigureAwait(false);
        }
    }

    private Task TellInfoAsync() => PublishAsync(
        _topics.BridgeInfo,
        new JsonObject
        {
            ["peerId"] = _node.PeerId.ToString(), ["version"] = GatewayCore.Version, ["peers"] = _node.Peers.Count,
            ["toMqtt"] = new JsonArray([.. _settings.ToMqtt.Select(one => (JsonNode)one)]),
            ["fromMqtt"] = new JsonArray([.. _settings.FromMqtt.Select(one => (JsonNode)one)]),
        }.ToJsonString(GatewayJson.Lines),
        _ending.Token);

    private Task PublishAsync(string topic, string text, CancellationToken cancellationToken)
        => PublishAsync(topic, System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);

    private async Task PublishAsync(string topic, byte[] payload, CancellationToken cancellationToken)
    {
        MqttApplicationMessage message = new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithRetainFlag().Build();
        await _client.PublishAsync(message, cancellationToken).ConfigureAwait(false);
    }
}
