using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Mqtt;

/// <summary>
/// What Home Assistant is told so that peers show up there as devices (its MQTT discovery): a retained message for each field of a peer's
/// JSON readings.
/// </summary>
internal sealed class HomeAssistant(string discoveryPrefix, MqttTopics topics, PeerId gateway)
{
    /// <summary>Fields of one peer that are announced.</summary>
    internal const int MaxFields = 32;

    private const int LongestField = 32;

    // a reading's number and time, which are of no interest by themselves
    private static readonly string[] _passedOver = ["n", "t"];

    // the device classes of Home Assistant's sensors, with a unit that each takes
    private static readonly Dictionary<string, (string Class, string Unit)> _kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["celsius"] = ("temperature", "°C"), ["temperature"] = ("temperature", "°C"), ["percent"] = ("humidity", "%"),
        ["humidity"] = ("humidity", "%"), ["hectopascals"] = ("pressure", "hPa"), ["hpa"] = ("pressure", "hPa"),
        ["pascals"] = ("pressure", "Pa"), ["volts"] = ("voltage", "V"), ["millivolts"] = ("voltage", "mV"), ["amperes"] = ("current", "A"),
        ["watts"] = ("power", "W"), ["lux"] = ("illuminance", "lx"), ["battery"] = ("battery", "%"),
    };

    /// <summary>The fields of a message that can be announced; none when it is no JSON object.</summary>
    internal static IReadOnlyList<string> FieldsOf(ReadOnlyMemory<byte> message)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.ValueKind != JsonValueKind.Object ? []
                : [.. json.RootElement.EnumerateObject().Where(IsField).Select(one => one.Name).Distinct().Take(MaxFields)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>What announces a field of a peer.</summary>
    /// <returns>The topic, and the retained message.</returns>
    internal (string Topic, string Config) Field(string topic, PeerId peer, string field)
    {
        string id = Id(peer);
        JsonObject config = new()
        {
            ["name"] = field,
            ["unique_id"] = $"{id}_{Plain(topic)}_{field}",
            ["state_topic"] = topics.Message(topic, peer),
            ["value_template"] = $"{{{{ value_json.{field} }}}}",
            ["availability_mode"] = "all",
            ["availability"] = new JsonArray(
                new JsonObject { ["topic"] = topics.BridgeState }, new JsonObject { ["topic"] = topics.DeviceState(peer) }),
            ["device"] = new JsonObject
            {
                ["identifiers"] = new JsonArray(id),
                ["name"] = $"{topic} {Short(peer)}",
                ["manufacturer"] = "nanoLibp2p",
                ["serial_number"] = peer.ToString(),
                ["via_device"] = Id(gateway),
            },
            ["origin"] = Origin(),
        };
        if (_kinds.TryGetValue(field, out (string Class, string Unit) kind))
        {
            config["device_class"] = kind.Class;
            config["unit_of_measurement"] = kind.Unit;
            config["state_class"] = "measurement";
        }

        return ($"{discoveryPrefix}/sensor/{id}/{Plain(topic)}_{field}/config", config.ToJsonString(GatewayJson.Lines));
    }

    /// <summary>What announces the gateway itself: how many peers are connected.</summary>
    /// <returns>The topic, and the retained message.</returns>
    internal (string Topic, string Config) Gateway()
    {
        string id = Id(gateway);
        JsonObject config = new()
        {
            ["name"] = "peers",
            ["unique_id"] = $"{id}_peers",
            ["state_topic"] = topics.BridgeInfo,
            ["value_template"] = "{{ value_json.peers }}",
            ["state_class"] = "measurement",
            ["availability"] = new JsonArray(new JsonObject { ["topic"] = topics.BridgeState }),
            ["device"] = new JsonObject
            {
                ["identifiers"] = new JsonArray(id),
                ["name"] = $"libp2p gateway {Short(gateway)}",
                ["manufacturer"] = "nanoLibp2p",
                ["model"] = "gateway",
                ["serial_number"] = gateway.ToString(),
                ["sw_version"] = Hosting.GatewayCore.Version,
            },
            ["origin"] = Origin(),
        };
        return ($"{discoveryPrefix}/sensor/{id}/peers/config", config.ToJsonString(GatewayJson.Lines));
    }

    // its name stands in a template and in topics
    private static bool IsField(JsonProperty property)
        => property.Name.Length is > 0 and <= LongestField && property.Name.All(one => char.IsAsciiLetterOrDigit(one) || one == '_')
            && !char.IsAsciiDigit(property.Name[0]) && Array.IndexOf(_passedOver, property.Name) < 0
            && property.Value.ValueKind is JsonValueKind.Number or JsonValueKind.String or JsonValueKind.True or JsonValueKind.False;

    private static JsonObject Origin() => new() { ["name"] = "nanoLibp2p gateway", ["sw_version"] = Hosting.GatewayCore.Version };

    // Home Assistant takes letters, digits, _ and - there
    private static string Id(PeerId peer) => "nanolibp2p_" + peer;

    private static string Plain(string topic) => string.Concat(topic.Select(one => char.IsAsciiLetterOrDigit(one) ? one : '_'));

    // the beginning is the same of all
    private static string Short(PeerId peer) => peer.ToString()[^6..];
}
