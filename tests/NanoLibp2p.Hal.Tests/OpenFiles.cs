using System;
using System.IO;
using System.Linq;

namespace NanoLibp2p.Hal.Tests;

/// <summary>How many sockets this program holds, where the system tells.</summary>
internal static class OpenFiles
{
    private const string Folder = "/proc/self/fd";

    public static bool CanCount => Directory.Exists(Folder);

    /// <summary>The count after what earlier tests left to the garbage collector is gone.</summary>
    public static int CountSettled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Count();
    }

    public static int Count()
    {
        return CanCount
            ? new DirectoryInfo(Folder).GetFileSystemInfos()
            .Count(f => f.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true)
            : 0;
    }
}
