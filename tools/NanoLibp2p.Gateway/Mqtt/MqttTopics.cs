using System;
using System.Linq;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Mqtt;

/// <summary>
/// Where what stands on MQTT. Each direction has topics of its own, so that nothing can go round: what comes from peers is published under
/// their ids, and taken from no other topic than <c>.../set</c>.
/// </summary>
/// <remarks>
/// <code>
/// PREFIX/TOPIC/PEER-ID          a peer's message on a topic of libp2p, as it is                                   to MQTT
/// PREFIX/TOPIC/set              a message that the gateway signs and publishes on the topic of libp2p             from MQTT
/// PREFIX/bridge/PEER-ID/state   online or offline: this gateway's bridge, also by its last will                  to MQTT, retained
/// PREFIX/bridge/PEER-ID/info    JSON: what the gateway is                                                         to MQTT, retained
/// PREFIX/device/PEER-ID/state   online or offline: whether a peer has said something lately                       to MQTT, retained
/// </code>
/// </remarks>
internal sealed class MqttTopics(string prefix, PeerId gateway)
{
    private const string Set = "/set";

    internal string BridgeState { get; } = $"{prefix}/bridge/{gateway}/state";

    internal string BridgeInfo { get; } = $"{prefix}/bridge/{gateway}/info";

    internal string Message(string topic, PeerId from) => $"{prefix}/{topic}/{from}";

    internal string SetOf(string topic) => $"{prefix}/{topic}{Set}";

    internal string DeviceState(PeerId peer) => $"{prefix}/device/{peer}/state";

    /// <summary>The topic of libp2p that a message of MQTT is for; null when it is for none.</summary>
    internal string? TopicOf(string mqttTopic)
        => mqttTopic.StartsWith(prefix + "/", StringComparison.Ordinal) && mqttTopic.EndsWith(Set, StringComparison.Ordinal)
            && mqttTopic.Length > prefix.Length + 1 + Set.Length
            ? mqttTopic[(prefix.Length + 1)..^Set.Length] : null;

    /// <summary>Why a text can't stand in a topic of MQTT (its specification 4.7); null when it can.</summary>
    internal static string? Check(string text)
        => text.Length is 0 or > 128 || text.Any(one => one is < '!' or > '~' or '+' or '#') || text[0] is '/' or '$' || text[^1] == '/'
            || text.Split('/') is ["bridge", ..] or ["device", ..]
            ? $"'{text}' can't stand in a topic of MQTT; give 1 to 128 printable ASCII characters without +, # and blanks, that do "
                + "not begin with / or $, nor with bridge/ or device/, which the gateway itself has, and do not end with /"
            : null;
}
