using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NanoLibp2p.NanoSurface.Generator;

/// <summary>Finds the repository and writes generated files into it.</summary>
public static class Repository
{
    /// <summary>The nearest folder above <paramref name="start"/> that holds Directory.Nano.targets.</summary>
    public static string FindRoot(string start)
    {
        for (DirectoryInfo? folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Nano.targets")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {start} holds Directory.Nano.targets; run this inside the repository.");
    }

    /// <summary>Paths of the files that are missing or differ from what was generated.</summary>
    public static IReadOnlyList<string> FindStale(string root, IReadOnlyDictionary<string, string> files) => files
        .Where(file => !File.Exists(Path.Combine(root, file.Key)) || File.ReadAllText(Path.Combine(root, file.Key)) != file.Value)
        .Select(file => file.Key)
        .ToArray();

    /// <summary>Writes what differs and says so. Result: 0, as an exit code.</summary>
    public static int Write(string root, IReadOnlyDictionary<string, string> files)
    {
        foreach (string path in FindStale(root, files))
        {
            string full = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, files[path]);
            Console.WriteLine($"wrote {path}");
        }

        return 0;
    }
}
