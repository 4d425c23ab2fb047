using System;
using System.Globalization;

namespace NanoLibp2p.Tests;

/// <summary>How many shards the nodes of tests have that don't ask for a number: 1, or what NANOLIBP2P_SHARDS says.</summary>
internal static class TestShards
{
    /// <summary>The variable of the environment that says it.</summary>
    internal const string Variable = "NANOLIBP2P_SHARDS";

    /// <summary>That number.</summary>
    internal static int Count { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } said
        ? int.Parse(said, CultureInfo.InvariantCulture) : 1;
}
