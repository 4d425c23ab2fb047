using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NanoLibp2p.NanoSurface.Generator;
using NuGet.Packaging;

namespace NanoLibp2p.Pack;

/// <summary>
/// The packages for nanoFramework, one for each shared assembly, from the .nuspec beside its project. Their <c>.pe</c> files come from
/// nanoFramework's own build, which runs in Visual Studio or VS Code and not here.
/// </summary>
internal static class NanoPackages
{
    /// <summary>Packs what has been built for nanoFramework. Result: a line for each package, or what to do to get one.</summary>
    public static IReadOnlyList<string> Pack(string root, string folder)
    {
        List<string> lines = new();
        string version = HeadSet.Version(root);
        List<string> missing = new();
        foreach (string specification in HeadSet.FindPackages(root))
        {
            string path = Path.Combine(root, specification);
            string built = Path.Combine(Path.GetDirectoryName(path)!, "bin", "Release");
            string name = Path.GetFileNameWithoutExtension(path);
            if (HeadSet.Built.Any(ending => !File.Exists(Path.Combine(built, name + ending))))
            {
                missing.Add(name);
                continue;
            }

            using FileStream stream = File.OpenRead(path);
            PackageBuilder builder = new(stream, Path.GetDirectoryName(path)!, property => property == "version" ? version : "");
            string package = Path.Combine(folder, $"{builder.Id}.{builder.Version}.nupkg");
            using FileStream output = File.Create(package);
            builder.Save(output);
            lines.Add($"packed {Path.GetFileName(package)}");
        }

        if (missing.Count > 0)
        {
            lines.Add(
                $"not packed for nanoFramework: {string.Join(", ", missing)}. Their .pe files come from nanoFramework's own build: open "
                + $"{HeadSet.Solution} in Visual Studio or VS Code with the nanoFramework extension, build it in Release, and run this "
                + $"again.");
        }

        return lines;
    }
}
