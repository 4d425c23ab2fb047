using System.Text.Encodings.Web;
using System.Text.Json;

namespace NanoLibp2p.Gateway;

/// <summary>How the gateway writes and reads JSON.</summary>
internal static class GatewayJson
{
    /// <summary>One line, camelCase, addresses and topics as they are.</summary>
    internal static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For people: indented.</summary>
    internal static readonly JsonSerializerOptions Pretty = new(Lines) { WriteIndented = true };
}
