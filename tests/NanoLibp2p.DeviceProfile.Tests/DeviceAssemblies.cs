using System.Reflection;
using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>Finds what the build made for the device: the reference assemblies and the shared assemblies.</summary>
internal static class DeviceAssemblies
{
    private static readonly string _configuration = typeof(DeviceAssemblies).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Configuration").Value!;

    public static string Root { get; } = Repository.FindRoot(AppContext.BaseDirectory);

    /// <summary>The reference assemblies, by assembly name.</summary>
    public static IReadOnlyList<string> Surface { get; } =
        [.. SurfaceSet.ReadFacts(Root)
            .Select(assembly => Output($"{SurfaceSet.Folder}/{assembly.AssemblyName}/{assembly.AssemblyName}.csproj"))];

    /// <summary>Every assembly that a device runs: those under hal, protocols and firmware, the programs of boards, and the tests of a
    /// device.</summary>
    public static IReadOnlyList<string> Device { get; } = [.. HeadSet.FindProjects(Root).Select(Output)];

    /// <summary>Those of them that are part of a product.</summary>
    public static IReadOnlyList<string> Product { get; } =
        [.. HeadSet.FindProjects(Root).Where(project => !project.StartsWith("tests/", StringComparison.Ordinal)).Select(Output)];

    /// <summary>What the build made of a project, which is given by its path from the root.</summary>
    public static string Output(string project)
    {
        string path =
            Path.Combine(Root, Path.GetDirectoryName(project)!, "bin", _configuration, "netnano1.0", HeadSet.AssemblyOf(Root, project));
        return File.Exists(path + ".exe") ? path + ".exe" : path + ".dll";
    }
}
