using System;
using System.Collections.Generic;

namespace NanoLibp2p.Gateway.Mqtt;

/// <summary>What the bridge to MQTT is to do.</summary>
/// <param name="Server">The broker, <c>mqtt://HOST:PORT</c> or <c>mqtts://HOST:PORT</c>.</param>
/// <param name="User">Name to log in with; empty for none.</param>
/// <param name="Password">Password to log in with.</param>
/// <param name="Prefix">How topics on MQTT begin.</param>
/// <param name="ToMqtt">Topics of libp2p whose messages go to MQTT.</param>
/// <param name="FromMqtt">Topics of libp2p on which the gateway publishes what comes from MQTT.</param>
/// <param name="DiscoveryPrefix">Where Home Assistant looks for announcements; empty for none.</param>
/// <param name="OfflineAfter">A peer that is silent for so long is offline.</param>
/// <param name="IsAdmittedOnly">Whether messages of others than admitted peers are left out.</param>
internal sealed record MqttSettings(
    Uri Server, string User, string Password, string Prefix, IReadOnlyList<string> ToMqtt, IReadOnlyList<string> FromMqtt,
    string DiscoveryPrefix, TimeSpan OfflineAfter, bool IsAdmittedOnly);
