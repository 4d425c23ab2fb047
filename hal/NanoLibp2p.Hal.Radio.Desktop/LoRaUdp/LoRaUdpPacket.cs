using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NanoLibp2p.Hal.Radio.LoRaUdp;

/// <summary>Semtech's packet-forwarder protocol (PROTOCOL.TXT of lora_net/packet_forwarder, versions 1 and 2): what a server reads and
/// writes. Whatever a stranger sends is at worst nothing.</summary>
public static class LoRaUdpPacket
{
    /// <summary>To a server: what was heard.</summary>
    public const byte PushData = 0;

    /// <summary>A server has it.</summary>
    public const byte PushAck = 1;

    /// <summary>To a server, every few seconds: frames to send go here.</summary>
    public const byte PullData = 2;

    /// <summary>A frame to send.</summary>
    public const byte PullResp = 3;

    /// <summary>A server is there.</summary>
    public const byte PullAck = 4;

    /// <summary>To a server: what became of a frame to send.</summary>
    public const byte TxAck = 5;

    /// <summary>Bytes before a forwarder's id, and of the answers.</summary>
    public const int HeadBytes = 4;

    /// <summary>Bytes of the id of a forwarder.</summary>
    public const int IdBytes = 8;

    /// <summary>Frames of one PUSH_DATA that are read.</summary>
    public const int MaxFrames = 64;

    private const int MaxFrameBytes = 255;

    /// <summary>The kind of a datagram, or -1.</summary>
    public static int Kind(ReadOnlySpan<byte> datagram)
        => datagram.Length >= HeadBytes + IdBytes && datagram[0] is (1 or 2) && datagram[3] <= TxAck ? datagram[3] : -1;

    /// <summary>Reads the frames of a PUSH_DATA whose CRC was right, LoRa alone.</summary>
    /// <returns>At most <see cref="MaxFrames"/>; none where it is malformed.</returns>
    public static IReadOnlyList<LoRaUdpHeard> ReadHeard(ReadOnlyMemory<byte> datagram)
    {
        List<LoRaUdpHeard> all = [];
        try
        {
            using JsonDocument json = JsonDocument.Parse(datagram[(HeadBytes + IdBytes)..], new JsonDocumentOptions { MaxDepth = 8 });
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("rxpk", out JsonElement frames)
                && frames.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement one in frames.EnumerateArray())
                {
                    if (all.Count < MaxFrames && ReadHeard(one) is { } heard)
                    {
                        all.Add(heard);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // no JSON, or text that is no Unicode: nothing was heard, or no more than what was read before
        }

        return all;
    }

    /// <summary>Reads the error of a TX_ACK; null when the frame is to go out.</summary>
    public static string? ReadError(ReadOnlyMemory<byte> datagram)
    {
        try
        {
            if (datagram.Length == HeadBytes + IdBytes)
            {
                return null;
            }

            using JsonDocument json = JsonDocument.Parse(datagram[(HeadBytes + IdBytes)..], new JsonDocumentOptions { MaxDepth = 8 });
            string? error = json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("txpk_ack", out JsonElement ack) && ack.ValueKind == JsonValueKind.Object
                && ack.TryGetProperty("error", out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
            return error is null or "NONE" ? null : error.Length > 40 ? error[..40] : error;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "malformed";
        }
    }

    /// <summary>Writes a PULL_RESP: the frame goes out when the concentrator's counter is there, with inverted IQ.</summary>
    /// <param name="version">1 or 2, as the forwarder's.</param>
    /// <param name="token">Any number; a TX_ACK repeats it.</param>
    /// <param name="atMicroseconds">The counter.</param>
    /// <param name="frequencyMHz">Such as 869.525.</param>
    /// <param name="powerDbm">Radiated, as the antenna's gain allows.</param>
    /// <param name="spreadingFactor">7 to 12.</param>
    /// <param name="bandwidthHz">Such as 125,000.</param>
    /// <param name="frame">The frame.</param>
    public static byte[] WriteSend(byte version, ushort token, uint atMicroseconds, double frequencyMHz, int powerDbm, int spreadingFactor,
        int bandwidthHz, ReadOnlySpan<byte> frame)
    {
        string json = string.Create(CultureInfo.InvariantCulture,
            $"{{\"txpk\":{{\"imme\":false,\"tmst\":{atMicroseconds},\"freq\":{frequencyMHz:0.000###},\"rfch\":0,\"powe\":{powerDbm},")
            + string.Create(CultureInfo.InvariantCulture,
            $"\"modu\":\"LORA\",\"datr\":\"SF{spreadingFactor}BW{bandwidthHz / 1000}\",\"codr\":\"4/5\",\"ipol\":true,\"prea\":8,")
            + string.Create(CultureInfo.InvariantCulture, $"\"size\":{frame.Length},\"data\":\"{Convert.ToBase64String(frame)}\"}}}}");
        return [version, (byte)(token >> 8), (byte)token, PullResp, .. Encoding.ASCII.GetBytes(json)];
    }

    private static LoRaUdpHeard? ReadHeard(JsonElement one)
    {
        if (one.ValueKind != JsonValueKind.Object || Text(one, "modu") != "LORA" || Text(one, "data") is not { } data
            || !Rate(Text(one, "datr"), out int spreading, out int bandwidth)
            || !one.TryGetProperty("tmst", out JsonElement time) || time.ValueKind != JsonValueKind.Number
            || !time.TryGetUInt32(out uint tmst)
            || !one.TryGetProperty("stat", out JsonElement stat) || stat.ValueKind != JsonValueKind.Number || !stat.TryGetInt32(out int crc)
            || crc != 1 || data.Length > ((MaxFrameBytes + 2) / 3 * 4))
        {
            return null;
        }

        byte[] frame = new byte[MaxFrameBytes + 3];
        return Convert.TryFromBase64String(data, frame, out int count) && count is > 0 and <= MaxFrameBytes
            ? new LoRaUdpHeard(tmst, spreading, bandwidth, (int)Number(one, "rssi", -32768), (int)(4 * Number(one, "lsnr", -8192)),
                frame[..count])
            : null;
    }

    private static string? Text(JsonElement one, string name)
        => one.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double Number(JsonElement one, string name, double none)
        => one.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out double number) && number is > -1000 and < 1000 ? number : none;

    // such as SF9BW125
    private static bool Rate(string? text, out int spreading, out int bandwidthHz)
    {
        spreading = 0;
        bandwidthHz = 0;
        int at = text?.IndexOf("BW", StringComparison.Ordinal) ?? -1;
        return at > 2 && text!.StartsWith("SF", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(2, at - 2), NumberStyles.None, CultureInfo.InvariantCulture, out spreading)
            && int.TryParse(text.AsSpan(at + 2), NumberStyles.None, CultureInfo.InvariantCulture, out int kHz)
            && spreading is >= 7 and <= 12 && kHz is (125 or 250 or 500) && (bandwidthHz = kHz * 1000) > 0;
    }
}
