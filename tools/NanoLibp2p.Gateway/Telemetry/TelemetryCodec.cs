using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>
/// Reports as they go over a topic: JSON, field by field as README lists them under "Telemetry". Whatever others write is within these
/// bounds, or no report. The signature is gossipsub's, so it is not in here.
/// </summary>
internal static class TelemetryCodec
{
    /// <summary>The version of this form.</summary>
    internal const int Version = 1;

    /// <summary>Bytes of the longest report.</summary>
    internal const int MaxBytes = 4096;

    /// <summary>Characters of a label.</summary>
    internal const int MaxLabel = 32;

    /// <summary>Characters of a program's name, and of its version.</summary>
    internal const int MaxName = 24;

    /// <summary>Programs, and gateways, of a report.</summary>
    internal const int MaxEntries = 16;

    /// <summary>The least and the most seconds from one report to the next.</summary>
    internal const int LeastEvery = 10;

    /// <inheritdoc cref="LeastEvery"/>
    internal const int MostEvery = 3600;

    /// <summary>Transports that there are.</summary>
    internal static readonly string[] Transports = ["tcp", "ws", "circuit", "other"];

    /// <summary>So far may a report's time be from now.</summary>
    internal static readonly TimeSpan Skew = TimeSpan.FromHours(1);

    private const int MostPeers = 1_000_000;
    private const int MostPings = 100_000_000;
    private const double MostMs = 600_000;

    private static readonly JsonDocumentOptions _form = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>Writes a report; what it can't say as it has no value it leaves out.</summary>
    internal static byte[] Write(TelemetryReport report)
    {
        ArrayBufferWriter<byte> bytes = new(512);
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Encoder = GatewayJson.Lines.Encoder }))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteNumber("t", report.Time);
            json.WriteNumber("every", report.EverySeconds);
            json.WriteString("program", report.Program);
            json.WriteString("version", report.Version);
            if (report.Label is { } label)
            {
                json.WriteString("label", label);
            }

            if (report is { Latitude: { } latitude, Longitude: { } longitude })
            {
                json.WriteNumber("lat", latitude);
                json.WriteNumber("lon", longitude);
            }

            json.WriteStartArray("links");
            foreach (TelemetryLinks one in report.Links)
            {
                json.WriteStartObject();
                json.WriteString("transport", one.Transport);
                json.WriteNumber("peers", one.Peers);
                WriteMeasured(json, one.Pings, one.Lost, one.RoundTripMs);
                if (one.SlowestMs is { } slowest)
                {
                    json.WriteNumber("slowestMs", slowest);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("programs");
            foreach (TelemetryProgram one in report.Programs)
            {
                json.WriteStartObject();
                json.WriteString("name", one.Name);
                json.WriteString("version", one.Version);
                json.WriteNumber("peers", one.Peers);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("gateways");
            foreach (TelemetryGateway one in report.Gateways)
            {
                json.WriteStartObject();
                json.WriteString("peer", one.Peer);
                json.WriteString("transport", one.Transport);
                WriteMeasured(json, one.Pings, one.Lost, one.RoundTripMs);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads a report of somebody else. Fields that are none of this version are passed over.</summary>
    /// <param name="message">The payload, of any length.</param>
    /// <param name="now">The time.</param>
    /// <param name="report">The report; null unless it is good.</param>
    internal static TelemetryVerdict Read(byte[] message, DateTimeOffset now, out TelemetryReport? report)
    {
        report = null;
        if (message.Length > MaxBytes)
        {
            return TelemetryVerdict.Malformed;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(message, _form);
            JsonElement json = document.RootElement;
            if (json.ValueKind != JsonValueKind.Object)
            {
                return TelemetryVerdict.Malformed;
            }

            if (Whole(json, "v", 1, int.MaxValue) != Version)
            {
                return TelemetryVerdict.OtherVersion;
            }

            long time = Whole(json, "t", 0, long.MaxValue);
            if (Math.Abs((double)time - now.ToUnixTimeSeconds()) > Skew.TotalSeconds)
            {
                return TelemetryVerdict.OtherTime;
            }

            TelemetryPlace? place = PlaceOf(json);
            report = new TelemetryReport(
                time, (int)Whole(json, "every", LeastEvery, MostEvery), Name(json, "program", 1), Name(json, "version", 0), LabelOf(json),
                place?.Latitude, place?.Longitude, Each(json, "links", Transports.Length, LinksOf),
                Each(json, "programs", MaxEntries, ProgramOf), Each(json, "gateways", MaxEntries, GatewayOf));
            return report.Links.DistinctBy(one => one.Transport).Count() == report.Links.Count
                && report.Gateways.DistinctBy(one => one.Peer).Count() == report.Gateways.Count
                ? TelemetryVerdict.Good : Refuse(ref report);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return TelemetryVerdict.Malformed;
        }
    }

    /// <summary>Why a text can't be a label, with what to give; null when it can.</summary>
    internal static string? CheckLabel(string text)
        => text.Length > MaxLabel ? $"it has {text.Length} characters; give at most {MaxLabel}"
            : !PlainText.IsPlain(text) ? "it has a character that is not seen; give a plain name" : null;

    private static TelemetryVerdict Refuse(ref TelemetryReport? report)
    {
        report = null;
        return TelemetryVerdict.Malformed;
    }

    private static void WriteMeasured(Utf8JsonWriter json, int pings, int lost, double? roundTrip)
    {
        json.WriteNumber("pings", pings);
        json.WriteNumber("lost", lost);
        if (roundTrip is { } ms)
        {
            json.WriteNumber("roundTripMs", ms);
        }
    }

    private static TelemetryLinks LinksOf(JsonElement json)
    {
        (int pings, int lost) = PingsOf(json);
        return new TelemetryLinks(
            TransportOf(json), (int)Whole(json, "peers", 0, MostPeers), pings, lost, Ms(json, "roundTripMs"), Ms(json, "slowestMs"));
    }

    private static TelemetryProgram ProgramOf(JsonElement json)
        => new(Name(json, "name", 1), Name(json, "version", 0), (int)Whole(json, "peers", 0, MostPeers));

    private static TelemetryGateway GatewayOf(JsonElement json)
    {
        (int pings, int lost) = PingsOf(json);
        PeerId peer = PeerId.TryParse(Text(json, "peer"), out _) ?? throw new FormatException("no peer id");
        return new TelemetryGateway(peer.ToString(), TransportOf(json), pings, lost, Ms(json, "roundTripMs"));
    }

    private static (int Pings, int Lost) PingsOf(JsonElement json)
    {
        int pings = (int)Whole(json, "pings", 0, MostPings);

        // more lost than sent is a lie
        return (pings, (int)Whole(json, "lost", 0, pings));
    }

    private static string TransportOf(JsonElement json)
        => Array.Find(Transports, one => one == Text(json, "transport")) ?? throw new FormatException("no transport");

    private static string? LabelOf(JsonElement json)
    {
        if (!json.TryGetProperty("label", out JsonElement label))
        {
            return null;
        }

        string text = label.GetString() ?? throw new FormatException("no label");
        return CheckLabel(text) == null ? text : throw new FormatException("no label");
    }

    // one that says it to a metre is not shown to a metre
    private static TelemetryPlace? PlaceOf(JsonElement json)
    {
        bool hasLatitude = json.TryGetProperty("lat", out JsonElement latitude);
        bool hasLongitude = json.TryGetProperty("lon", out JsonElement longitude);
        if (!hasLatitude && !hasLongitude)
        {
            return null;
        }

        return hasLatitude && hasLongitude && TelemetryPlace.IsOnEarth(latitude.GetDouble(), longitude.GetDouble())
            ? TelemetryPlace.Of(latitude.GetDouble(), longitude.GetDouble()) : throw new FormatException("no place on earth");
    }

    private static double? Ms(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out JsonElement value))
        {
            return null;
        }

        double ms = value.GetDouble();
        return ms is >= 0 and <= MostMs ? Math.Round(ms, 1) : throw new FormatException("no round trip");
    }

    private static string Name(JsonElement json, string name, int least)
    {
        string text = Text(json, name);
        return text.Length >= least && text.Length <= MaxName && text.All(IsOfName) ? text : throw new FormatException("no name");
    }

    private static bool IsOfName(char one) => char.IsAsciiLetterOrDigit(one) || one is '.' or '-' or '+' or '_';

    private static string Text(JsonElement json, string name)
        => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()!
            : throw new FormatException("no text");

    private static long Whole(JsonElement json, string name, long least, long most)
        => json.TryGetProperty(name, out JsonElement value) && value.TryGetInt64(out long number) && number >= least && number <= most
            ? number : throw new FormatException("no number in its range");

    private static List<T> Each<T>(JsonElement json, string name, int most, Func<JsonElement, T> read)
        => json.TryGetProperty(name, out JsonElement all) && all.ValueKind == JsonValueKind.Array && all.GetArrayLength() <= most
            && all.EnumerateArray().All(one => one.ValueKind == JsonValueKind.Object)
            ? [.. all.EnumerateArray().Select(read)] : throw new FormatException("no list of that length");
}
