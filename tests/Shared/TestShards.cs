using System;
using System.Globalization;

namespace NanoLibp2p.Tests;

/// <summary>How many shards the nodes of tests have that don't ask for a number: 1, or what NANOLIBP2P_SHARDS says.</summary>
internal static class TestShards
{
    /// <summary>That number.</summary>
    internal static int Count { get; } = Environment.GetEnvironmentVariable("NANOLIBP2P_SHARDS") is { Length: > 0 } said
        ? int.Parse(said, CultureInfo.InvariantCulture) : 1;
}
