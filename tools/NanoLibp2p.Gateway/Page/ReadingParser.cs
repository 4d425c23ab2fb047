using System;
using System.Collections.Generic;
using System.Formats.Cbor;
using System.Globalization;
using System.Text.Json;

namespace NanoLibp2p.Gateway.Page;

/// <summary>Finds the numbers in a reading: JSON (RFC 8259) or CBOR (RFC 8949). What is neither has none.</summary>
internal static class ReadingParser
{
    /// <summary>Bytes of the longest reading that is looked at.</summary>
    internal const int MaxBytes = 8192;

    /// <summary>Numbers of one reading that are taken; the rest is passed over.</summary>
    internal const int MaxFields = 16;

    /// <summary>Characters of a name; fields with longer ones are passed over.</summary>
    internal const int MaxName = 64;

    /// <summary>Objects and arrays within one another that are looked into.</summary>
    internal const int MaxDepth = 4;

    private const string Bare = "value";

    // JSON is text, and no text of UTF-8 begins so; a map, an array, a tag or a float of CBOR does
    private const byte LeastOfCbor = 0x80;

    /// <summary>The numbers of a reading, each name once.</summary>
    internal static IReadOnlyList<ReadingField> Parse(byte[] reading)
    {
        Fields found = new();
        if (reading.Length is 0 or > MaxBytes)
        {
            return found.All;
        }

        try
        {
            if (reading[0] >= LeastOfCbor)
            {
                CborReader cbor = new(reading, CborConformanceMode.Lax);
                Take(cbor, "", 0, found);
            }
            else
            {
                using JsonDocument json = JsonDocument.Parse(reading, new JsonDocumentOptions { MaxDepth = 16 });
                Take(json.RootElement, "", 0, found);
            }
        }
        catch (Exception e) when (e is JsonException or CborContentException or InvalidOperationException or OverflowException)
        {
            // what a peer publishes need not be a reading; what came before the mistake is none either
            return [];
        }

        return found.All;
    }

    private static void Take(JsonElement json, string name, int depth, Fields found)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Number:
                found.Add(name, json.GetDouble());
                break;
            case JsonValueKind.True or JsonValueKind.False:
                found.Add(name, json.ValueKind == JsonValueKind.True ? 1 : 0);
                break;
            case JsonValueKind.Object when depth < MaxDepth:
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    if (found.IsFull)
                    {
                        return;
                    }

                    Take(property.Value, Join(name, property.Name), depth + 1, found);
                }

                break;
            case JsonValueKind.Array when depth < MaxDepth:
                int index = 0;
                foreach (JsonElement element in json.EnumerateArray())
                {
                    if (found.IsFull)
                    {
                        return;
                    }

                    Take(element, Join(name, index++.ToString(CultureInfo.InvariantCulture)), depth + 1, found);
                }

                break;
        }
    }

    private static void Take(CborReader cbor, string name, int depth, Fields found)
    {
        switch (cbor.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                found.Add(name, cbor.ReadUInt64());
                break;
            case CborReaderState.NegativeInteger:
                found.Add(name, -1 - (double)cbor.ReadCborNegativeIntegerRepresentation());
                break;
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                found.Add(name, cbor.ReadDouble());
                break;
            case CborReaderState.Boolean:
                found.Add(name, cbor.ReadBoolean() ? 1 : 0);
                break;
            case CborReaderState.Tag when depth < MaxDepth:
                cbor.ReadTag();
                Take(cbor, name, depth + 1, found);
                break;
            case CborReaderState.StartMap when depth < MaxDepth:
                TakeMap(cbor, name, depth, found);
                break;
            case CborReaderState.StartArray when depth < MaxDepth:
                cbor.ReadStartArray();
                for (int i = 0; cbor.PeekState() != CborReaderState.EndArray && !found.IsFull; i++)
                {
                    Take(cbor, Join(name, i.ToString(CultureInfo.InvariantCulture)), depth + 1, found);
                }

                if (!found.IsFull)
                {
                    cbor.ReadEndArray();
                }

                break;
            default:
                cbor.SkipValue();
                break;
        }
    }

    // when there are enough numbers nobody reads on, so the map need not come to its end
    private static void TakeMap(CborReader cbor, string name, int depth, Fields found)
    {
        cbor.ReadStartMap();
        while (cbor.PeekState() != CborReaderState.EndMap && !found.IsFull)
        {
            string? key = cbor.PeekState() switch
            {
                CborReaderState.TextString => cbor.ReadTextString(),
                CborReaderState.UnsignedInteger => cbor.ReadUInt64().ToString(CultureInfo.InvariantCulture),
                _ => null,
            };
            if (key == null)
            {
                cbor.SkipValue();
                cbor.SkipValue();
            }
            else
            {
                Take(cbor, Join(name, key), depth + 1, found);
            }
        }

        if (!found.IsFull)
        {
            cbor.ReadEndMap();
        }
    }

    // too long is too long, however long
    private static string Join(string name, string next)
        => next.Length > MaxName ? next[..(MaxName + 1)] : name.Length == 0 ? next : $"{name}.{next}";

    private sealed class Fields
    {
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);

        internal List<ReadingField> All { get; } = [];

        internal bool IsFull => All.Count == MaxFields;

        internal void Add(string name, double value)
        {
            string told = name.Length == 0 ? Bare : name;
            if (!IsFull && told.Length <= MaxName && double.IsFinite(value) && _names.Add(told))
            {
                All.Add(new ReadingField(told, value));
            }
        }
    }
}
