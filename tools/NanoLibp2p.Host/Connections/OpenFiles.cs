using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace NanoLibp2p.Host;

/// <summary>How many files the system lets this process have open: each connection takes one (setrlimit(2), RLIMIT_NOFILE).</summary>
public static class OpenFiles
{
    // for what else a program opens: listeners, dials under way, libraries, its own files
    private const int Spare = 96;

    // no caller gets one of the last: the runtime ends the process where there is none for a library
    private const int Last = 64;

    private const string Limits = "/proc/self/limits";
    private const string Open = "/proc/self/fd";

    private static readonly int _firstOfLast = Limit - Last ?? int.MaxValue;

    /// <summary>The soft limit; null where the system tells none, as on Windows.</summary>
    public static int? Limit => File.Exists(Limits) ? Read(File.ReadAllLines(Limits)) : null;

    /// <summary>Connections that fit beside what is open now; int.MaxValue where there is no limit.</summary>
    public static int Connections
        => Limit is { } limit ? Math.Max(0, limit - Spare - Directory.EnumerateFileSystemEntries(Open).Count()) : int.MaxValue;

    /// <summary>Whether a file is one of the last that this process may have. As the system gives the lowest number that is free (open(2)),
    /// its number says how many are open, of whatever kind.</summary>
    /// <param name="file">Just opened.</param>
    internal static bool IsOneOfLast(SafeHandle file) => file.DangerousGetHandle() >= _firstOfLast;

    /// <summary>Checks that so many connections fit; what is to spare may be open already, where a number of <see cref="Connections"/> was
    /// told before.</summary>
    /// <exception cref="ArgumentException">They don't; the message says how many do, and what to raise.</exception>
    internal static void Check(int connections) => Check(connections,
        Limit == null ? int.MaxValue : Connections + Spare, Limit ?? int.MaxValue);

    internal static void Check(int connections, int fit, int limit)
    {
        if (connections > fit)
        {
            throw new ArgumentException($"MaxConnections = {connections} needs as many open files, and this process may have {limit} in "
                + $"all: set MaxConnections = {fit} or less, or raise the limit (ulimit -n, LimitNOFILE= of a systemd unit)");
        }
    }

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
