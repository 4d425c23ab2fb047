using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using NanoLibp2p.Gateway.Telemetry;

namespace NanoLibp2p.Gateway.Configuration;

/// <summary>One setting: its key, what it may be, and what it is when nobody says.</summary>
/// <param name="key">Its path in the file, such as <c>http.listen</c>.</param>
/// <param name="kind">What its value is.</param>
/// <param name="standard">Its value when nobody gives one: string, long, bool, string[], or a dictionary of texts.</param>
/// <param name="what">What it does, in one line.</param>
internal sealed class Setting(string key, SettingKind kind, object standard, string what)
{
    // PATH_MAX of Linux
    private const int LongestText = 4096;

    // characters of a value that a sentence about it has
    private const int Shown = 80;

    internal string Key { get; } = key;

    internal SettingKind Kind { get; } = kind;

    internal object Standard { get; } = standard;

    internal string What { get; } = what;

    /// <summary>The least number.</summary>
    internal long Least { get; init; }

    /// <summary>The largest number.</summary>
    internal long Most { get; init; } = long.MaxValue;

    /// <summary>What may be given for it, such as <c>1 to 64</c>; told with an error.</summary>
    internal string Range => Kind switch
    {
        SettingKind.Number => string.Create(CultureInfo.InvariantCulture, $"give {(IsOdd ? "an odd number, " : "")}{Least} to {Most}"),
        SettingKind.Switch => "give true or false",
        SettingKind.List => "give an array of texts",
        SettingKind.Map => "give an object whose values are texts",
        _ => "give a text",
    };

    /// <summary>Whether a running gateway takes a new value on SIGHUP.</summary>
    internal bool Reloads { get; init; }

    /// <summary>Whether its value is never shown.</summary>
    internal bool IsSecret { get; init; }

    /// <summary>Whether only odd numbers can be: an even number of servers outlives no more than one less does.</summary>
    internal bool IsOdd { get; init; }

    /// <summary>Looks at a text, each of a list, and name and value of a map: why it can't be, with what to give; null when it
    /// can.</summary>
    internal Func<string, string?>? Check { get; init; }

    /// <summary>Looks at the name of a map's entry.</summary>
    internal Func<string, string?>? CheckName { get; init; }

    /// <summary>Reads it from a file.</summary>
    /// <exception cref="FormatException">It can't be; the message says what to give.</exception>
    internal object Read(JsonElement json)
    {
        switch (Kind)
        {
            case SettingKind.Number when json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out long number):
                return Ranged(number, json.GetRawText());
            case SettingKind.Switch when json.ValueKind is JsonValueKind.True or JsonValueKind.False:
                return json.GetBoolean();
            case SettingKind.Text when json.ValueKind == JsonValueKind.String:
                return Checked(json.GetString()!);
            case SettingKind.List when json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(IsText):
                return json.EnumerateArray().Select(one => Checked(one.GetString()!)).ToArray();
            case SettingKind.Map when json.ValueKind == JsonValueKind.Object && json.EnumerateObject().All(one => IsText(one.Value)):
                return Map(json.EnumerateObject().Select(one => (one.Name, one.Value.GetString()!)));
            default:
                throw new FormatException($"{Short(json.GetRawText())} is not {Name()}; {Range}");
        }
    }

    /// <summary>Reads it from the environment or from a flag.</summary>
    /// <exception cref="FormatException">It can't be; the message says what to give.</exception>
    internal object Parse(string text)
    {
        switch (Kind)
        {
            case SettingKind.Number:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                    ? Ranged(number, text) : throw new FormatException($"'{Short(text)}' is not {Name()}; {Range}");
            case SettingKind.Switch:
                return bool.TryParse(text, out bool isOn) ? isOn
                    : throw new FormatException($"'{Short(text)}' is not {Name()}; {Range}");
            case SettingKind.List:
                return Parse(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            case SettingKind.Map:
                return Map(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Pair));
            default:
                return Checked(text);
        }
    }

    /// <summary>Reads a list.</summary>
    /// <exception cref="FormatException">One of it can't be.</exception>
    internal object Parse(IEnumerable<string> texts) => texts.Select(Checked).ToArray();

    /// <summary>A value as JSON.</summary>
    internal string ToJson(object value)
        => IsSecret && value is string { Length: > 0 } ? "\"(secret)\""
            : JsonSerializer.Serialize(value, value.GetType(), GatewayJson.Lines);

    /// <summary>Whether two of its values are the same.</summary>
    internal bool AreEqual(object one, object other) => ToPlainJson(one) == ToPlainJson(other);

    private static string ToPlainJson(object value) => JsonSerializer.Serialize(value, value.GetType(), GatewayJson.Lines);

    private static bool IsText(JsonElement json) => json.ValueKind == JsonValueKind.String;

    /// <summary>How a text begins, with U+FFFD in place of what is not seen: as part of a sentence.</summary>
    internal static string Short(string text) => PlainText.Of(text.Length <= Shown ? text : text[..Shown] + "...");

    private static (string Name, string Value) Pair(string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..]) : throw new FormatException($"'{Short(text)}' is no pair; give NAME=VALUE,...");
    }

    private Dictionary<string, string> Map(IEnumerable<(string Name, string Value)> pairs)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        foreach ((string name, string value) in pairs)
        {
            if ((Why(name) ?? CheckName?.Invoke(name)) is { } error)
            {
                throw new FormatException(error);
            }

            map[name] = Checked(value);
        }

        return map;
    }

    private string Checked(string text)
    {
        if (Why(text) is { } why)
        {
            throw new FormatException(why);
        }

        // what is long is told by how it begins
        return Check?.Invoke(text) is { } error
            ? throw new FormatException(text.Length > Shown ? error.Replace(text, Short(text), StringComparison.Ordinal) : error) : text;
    }

    // no path, address or topic is longer, and none has a line break in it or a byte of zero, which the system would refuse
    private static string? Why(string text)
        => text.Length > LongestText
                ? $"'{Short(text)}' has {text.Length} characters; give at most {LongestText}"
            : text.Any(char.IsControl) ? $"'{Short(text)}' has a control character in it; give a text of one line" : null;

    private long Ranged(long number, string text)
        => number >= Least && number <= Most && (!IsOdd || number % 2 != 0) ? number
            : throw new FormatException($"{text} is out of range; {Range}");

    private string Name() => Kind switch
    {
        SettingKind.Number => "a whole number",
        SettingKind.Switch => "true or false",
        SettingKind.List => "an array of texts",
        SettingKind.Map => "an object of texts",
        _ => "a text",
    };
}
