using System.Reflection;
using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>Finds what the build made for the device: the reference assemblies and the shared assemblies.</summary>
internal static class DeviceAssemblies
{
    private static readonly string Configuration = typeof(DeviceAssemblies).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Configuration").Value!;

    public static string Root { get; } = Repository.FindRoot(AppContext.BaseDirectory);

    /// <summary>The reference assemblies, by assembly name.</summary>
    public static IReadOnlyList<string> Surface { get; } = Built(Path.Combine(SurfaceSet.Folder));

    /// <summary>Every shared assembly under hal, protocols and firmware.</summary>
    public static IReadOnlyList<string> Shared { get; } = [.. Built("hal"), .. Built("protocols"), .. Built("firmware")];

    private static string[] Built(string folder) => Directory
        .GetFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories)
        .Where(project => Path.GetFileName(Path.GetDirectoryName(project)) != "Generator")
        .Select(project => Path.Combine(
            Path.GetDirectoryName(project)!, "bin", Configuration, "netnano1.0", Path.GetFileNameWithoutExtension(project) + ".dll"))
        .Order(StringComparer.Ordinal)
        .ToArray();
}
