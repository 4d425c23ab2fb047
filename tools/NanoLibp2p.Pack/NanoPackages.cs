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
        var lines = new List<string>();
        var version = HeadSet.Version(root);
        var missing = new List<string>();
        foreach (var specification in HeadSet.FindPackages(root))
        {
            var path = Path.Combine(root, specification);
            var built = Path.Combine(Path.GetDirectoryName(path)!, "bin", "Release");
            var name = Path.GetFileNameWithoutExtension(path);
            if (HeadSet.Built.Any(ending => !File.Exists(Path.Combine(built, name + ending))))
            {
                missing.Add(name);
                continue;
            }

            using var stream = File.OpenRead(path);
            var builder = new PackageBuilder(stream, Path.GetDirectoryName(path)!, property => property == "version" ? version : "");
            var package = Path.Combine(folder, $"{builder.Id}.{builder.Version}.nupkg");
            using var output = File.Create(package);
            builder.Save(output);
            lines.Add($"packed {Path.GetFileName(package)}");
        }

        if (missing.Count > 0)
        {
            lines.Add($"not packed for nanoFramework: {string.Join(", ", missing)}. Their .pe files come from nanoFramework's own build: open "
                + $"{HeadSet.Solution} in Visual Studio or VS Code with the nanoFramework extension, build it in Release, and run this again.");
        }

        return lines;
    }
}
