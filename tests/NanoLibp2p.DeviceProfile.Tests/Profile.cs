using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>Runs the checks on a snippet or on compiled files.</summary>
internal static class Profile
{
    private static readonly HashSet<string> _notInFlash = SurfaceSet.ReadFacts(DeviceAssemblies.Root)
        .SelectMany(assembly => assembly.Types)
        .SelectMany(type => type.Nested.Prepend(type))
        .Where(type => type.Flags.Contains("[not-in-pe]"))
        .Select(type => type.FullName)
        .ToHashSet();

    public static IReadOnlyList<Violation> CheckSnippet(string source)
    {
        using MemoryStream stream = DeviceCompiler.Assembly(source);
        using DeviceAssemblySet assemblies = DeviceAssemblySet.Load(stream, DeviceAssemblies.Surface);
        return DeviceProfileChecker.Check(assemblies, _notInFlash);
    }

    public static IReadOnlyList<Violation> CheckFiles(IEnumerable<string> paths)
    {
        using DeviceAssemblySet assemblies = DeviceAssemblySet.Load(paths, DeviceAssemblies.Surface);
        return DeviceProfileChecker.Check(assemblies, _notInFlash);
    }
}
