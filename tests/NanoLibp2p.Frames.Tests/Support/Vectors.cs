using System;
using System.IO;
using System.Text.Json;

namespace NanoLibp2p.Frames.Tests;

/// <summary>The specification's vectors (protocols/NanoLibp2p.Frames/vectors.json), by name.</summary>
internal static class Vectors
{
    private static readonly JsonDocument _all = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "vectors.json")));

    /// <summary>The clock of all.</summary>
    public const uint Time = 1767225600;

    /// <summary>The attempt of all.</summary>
    public const uint Nd = 0x69560001;

    public static byte[] Get(string name) => Convert.FromHexString(_all.RootElement.GetProperty(name).GetString()!);
}
