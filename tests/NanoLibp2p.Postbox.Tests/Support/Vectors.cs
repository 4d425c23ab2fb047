using System;
using System.IO;
using System.Text.Json;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>The specification's vectors (protocols/NanoLibp2p.Postbox/vectors.json), by name.</summary>
internal static class Vectors
{
    private static readonly JsonDocument _all = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "vectors.json")));

    /// <summary>The clock of all items but <c>latest</c>, which is one second later.</summary>
    public const uint Sent = 1767225600;

    /// <summary>The names of all.</summary>
    public static System.Collections.Generic.IEnumerable<string> Names
    {
        get
        {
            foreach (JsonProperty property in _all.RootElement.EnumerateObject())
            {
                yield return property.Name;
            }
        }
    }

    public static byte[] Get(string name) => Convert.FromHexString(_all.RootElement.GetProperty(name).GetString()!);
}
