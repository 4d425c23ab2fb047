using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>How many connections fit beside what a program has open: each takes a file, and the system sets a limit to those.</summary>
internal static class FileLimit
{
    // for what is opened later: listeners, a dial, keys, libraries
    private const int Spare = 32;

    private const string Limits = "/proc/self/limits";
    private const string Open = "/proc/self/fd";

    /// <summary>The limit; null where the system does not tell it.</summary>
    internal static int? Files => File.Exists(Limits) ? Read(File.ReadAllLines(Limits)) : null;

    /// <summary>As many connections as are wanted, or as fit under the limit if those are fewer; none when it is too low even for
    /// one.</summary>
    internal static int Connections(int wanted)
        => Files is { } files ? Fit(wanted, files, Directory.EnumerateFileSystemEntries(Open).Count()) : wanted;

    /// <summary>As <see cref="Connections"/>, by the limit and the files that are open.</summary>
    internal static int Fit(int wanted, int files, int open) => Math.Clamp(files - open - Spare, 0, wanted);

    /// <summary>The soft limit in the text of Linux' <c>/proc/self/limits</c>; null when there is none.</summary>
    internal static int? Read(string[] lines)
    {
        const string Name = "Max open files";
        string? line = lines.FirstOrDefault(one => one.StartsWith(Name, StringComparison.Ordinal));
        string? soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long files)
            ? (int)Math.Min(files, int.MaxValue) : null;
    }
}
