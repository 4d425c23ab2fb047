using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NanoLibp2p.NanoSurface.Generator;
using NuGet.Packaging;

namespace NanoLibp2p.Pack;

/// <summary>What a package of ours must have before anybody gets it.</summary>
internal static class PackageCheck
{
    private const string Prefix = "NanoLibp2p.";

    private static readonly string[] _frameworks = ["net10.0", "netstandard2.1"];

    /// <summary>What is wrong with a package, a sentence each; none when it is right.</summary>
    public static IReadOnlyList<string> Faults(string path)
    {
        using PackageArchiveReader package = new(path);
        NuspecReader nuspec = package.NuspecReader;
        HashSet<string> files = package.GetFiles().ToHashSet(StringComparer.Ordinal);
        List<string> faults = new();
        Require(nuspec.GetReadme() is { Length: > 0 } readme && files.Contains(readme), "it has no README");
        Require(nuspec.GetLicenseMetadata()?.License == "MIT", "it does not state the MIT licence");
        Require(nuspec.GetDescription() is { Length: > 20 } and not "Package Description", "it has no description");
        Require(nuspec.GetDependencyGroups().SelectMany(group => group.Packages)
            .Where(dependency => dependency.Id.StartsWith(Prefix, StringComparison.Ordinal))
            .All(dependency => dependency.VersionRange.MinVersion == nuspec.GetVersion()), "it depends on another version of ours");
        if (nuspec.GetPackageTypes().Any(type => type.Name == "Template"))
        {
            Require(files.Any(file => file.EndsWith(".template.config/template.json", StringComparison.Ordinal)), "it has no template");
            return faults;
        }

        Require(!files.Any(file => file.Contains("netnano", StringComparison.Ordinal)),
            "it has what was compiled against the reference assemblies");
        if (nuspec.GetPackageTypes().Any(type => type.Name == "DotnetTool"))
        {
            Require(files.Any(file => file.EndsWith("/DotnetToolSettings.xml", StringComparison.Ordinal)), "it has no tool in it");
        }
        else if (nuspec.GetId().EndsWith(".nanoFramework", StringComparison.Ordinal))
        {
            string name = nuspec.GetId()[..^".nanoFramework".Length];
            foreach (string ending in HeadSet.Built)
            {
                Require(files.Contains($"lib/{name}{ending}"), $"lib/{name}{ending} is missing");
            }
        }
        else
        {
            string[] found = files.Where(file => file.StartsWith("lib/", StringComparison.Ordinal)).Select(file => file.Split('/')[1])
                .Distinct().ToArray();
            Require(found.Length > 0
                && found.All(_frameworks.Contains), $"it is for {string.Join(", ", found)}; expected are {string.Join(", ", _frameworks)}");
            foreach (string framework in found)
            {
                Require(files.Contains($"lib/{framework}/{nuspec.GetId()}.dll"), $"lib/{framework}/{nuspec.GetId()}.dll is missing");
                Require(files.Contains($"lib/{framework}/{nuspec.GetId()}.xml"), $"lib/{framework}/{nuspec.GetId()}.xml is missing");
            }

            Require(File.Exists(Path.ChangeExtension(path, ".snupkg")), "its symbols (.snupkg) are missing");
        }

        return faults;

        void Require(bool condition, string fault)
        {
            if (!condition)
            {
                faults.Add(fault);
            }
        }
    }
}
