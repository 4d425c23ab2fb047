using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace NanoLibp2p.Footprint.Metering;

/// <summary>
/// The device build of the shared assemblies, and the one meter that they run under. A program that refers to this assembly
/// has no other copy of them beside it: its <c>new ManagedCrypto()</c> is a metered one, with nothing to be done for it.
/// </summary>
public static class SharedAssemblies
{
    private static readonly Dictionary<string, byte[]> _images = ReadEmbedded();

    /// <summary>The meter of the shared assemblies.</summary>
    public static Meter Meter { get; } = new(name => _images.GetValueOrDefault(name), AssemblyLoadContext.Default);

    /// <summary>Names of the shared assemblies.</summary>
    public static IReadOnlyCollection<string> Names => _images.Keys;

    /// <summary>The compiled assembly as it would be flashed, not rewritten.</summary>
    public static byte[] Image(string name) => _images[name];

    /// <summary>Takes the assemblies found in a folder in place of those built in. Before the first of them is used.</summary>
    public static void TakeFrom(string folder)
    {
        string[] found = Directory.GetFiles(folder, "NanoLibp2p.*.dll")
            .Where(file => _images.ContainsKey(Path.GetFileNameWithoutExtension(file))).ToArray();
        if (found.Length == 0)
        {
            throw new FileNotFoundException(
                $"no shared assembly in {folder}; give the output folder of a device build, such as bin/Debug/netnano1.0");
        }
        foreach (string file in found)
        {
            _images[Path.GetFileNameWithoutExtension(file)] = File.ReadAllBytes(file);
        }
    }

    // whoever uses these types has to find them: install the resolver as soon as this assembly is touched
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Install() => _ = Meter;
#pragma warning restore CA2255

    private static Dictionary<string, byte[]> ReadEmbedded()
    {
        Assembly assembly = Assembly.GetExecutingAssembly();
        Dictionary<string, byte[]> found = new();
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".dll", StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            byte[] image = new byte[stream.Length];
            stream.ReadExactly(image);
            found[Path.GetFileNameWithoutExtension(resource)] = image;
        }
        return found;
    }
}
