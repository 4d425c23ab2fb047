using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NanoLibp2p.NanoSurface.Generator;

/// <summary>The whole surface: one project and one C# file for each facts file.</summary>
public static class SurfaceSet
{
    /// <summary>Folder of the surface, seen from the repository's root.</summary>
    public const string Folder = "tools/NanoLibp2p.NanoSurface";

    /// <summary>All assemblies in the facts folder, by assembly name.</summary>
    public static IReadOnlyList<ApiAssembly> ReadFacts(string root) => Directory
        .GetFiles(Path.Combine(root, Folder, "facts"), "*.txt")
        .Select(ApiFacts.Read)
        .OrderBy(assembly => assembly.AssemblyName, StringComparer.Ordinal)
        .ToArray();

    /// <summary>What every generated file must contain, by path relative to the repository's root.</summary>
    public static IReadOnlyDictionary<string, string> Generate(string root)
    {
        IReadOnlyList<ApiAssembly> assemblies = ReadFacts(root);
        SurfaceWriter writer = new(assemblies);
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (ApiAssembly assembly in assemblies)
        {
            string folder = $"{Folder}/{assembly.AssemblyName}/";
            files.Add($"{folder}{assembly.AssemblyName}.cs", writer.Write(assembly));
            files.Add($"{folder}{assembly.AssemblyName}.csproj", Project(assembly));
        }

        return files;
    }

    private static string Project(ApiAssembly assembly)
    {
        string[] references = assembly.References.Where(reference => reference != "mscorlib").ToArray();
        string items = references.Length == 0 ? "" : $"""

              <ItemGroup>
            {string.Join('\n', references.Select(reference => $"    <NanoReference Include=\"{reference}\" />"))}
              </ItemGroup>

            """;
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <Import Project="../Surface.props" />
            {items}</Project>

            """.ReplaceLineEndings("\n");
    }
}
