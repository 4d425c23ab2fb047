using System;
using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Gateway.Configuration;

/// <summary>What a misspelt name may have been meant to be.</summary>
internal static class NearestName
{
    /// <summary>The name that takes the fewest changed letters, if that is less than half of them; null when none is near.</summary>
    internal static string? Of(string name, IEnumerable<string> names)
        => names.Select(one => (Name: one, Distance: Distance(name.ToUpperInvariant(), one.ToUpperInvariant())))
            .Where(one => one.Distance <= Math.Max(2, Math.Min(name.Length, one.Name.Length) / 2 - 1))
            .OrderBy(one => one.Distance)
            .Select(one => one.Name)
            .FirstOrDefault();

    // Levenshtein's, with one row
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
