using System;
using System.Collections.Generic;
using System.IO;

namespace NanoLibp2p.NanoSurface.Generator;

/// <summary>Finds the repository and writes generated files into it.</summary>
public static class Repository
{
    /// <summary>The nearest folder above <paramref name="start"/> that holds Directory.Nano.targets.</summary>
    public static string FindRoot(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Nano.targets")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {start} holds Directory.Nano.targets; run this inside the repository.");
    }

    /// <summary>Writes what differs and says so. Result: 0, as an exit code.</summary>
    public static int Write(string root, IReadOnlyDictionary<string, string> files)
    {
        foreach (var (path, content) in files)
        {
            var full = Path.Combine(root, path);
            if (File.Exists(full) && File.ReadAllText(full) == content)
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, content);
            Console.WriteLine($"wrote {path}");
        }

        return 0;
    }
}
