using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace NanoLibp2p.NanoSurface.Generator;

/// <summary>A package that a device project may reference.</summary>
/// <param name="Id">Package id.</param>
/// <param name="Assembly">Name of its assembly.</param>
/// <param name="Version">Version that heads reference.</param>
/// <param name="AssemblyVersion">Version of the assembly in that package.</param>
/// <param name="Surface">Version that the facts describe.</param>
/// <param name="Source">Where the version was seen, and why this one.</param>
/// <param name="PublicKeyToken">Of the assembly's strong name; <c>null</c>, as four letters, when it has none.</param>
/// <param name="Extension">Of the assembly's file in the package.</param>
/// <param name="IsDevelopmentDependency">Whether only tests and builds need it, so that no package names it.</param>
public sealed record Package(
    string Id,
    string Assembly,
    string Version,
    string AssemblyVersion,
    string Surface,
    string Source,
    string PublicKeyToken = "c07d481e9758c731",
    string Extension = ".dll",
    bool IsDevelopmentDependency = false)
{
    /// <summary>Where the assembly lies under the folder that NuGet restores to, with backslashes.</summary>
    public string Path => $@"{Id}.{Version}\lib\{Assembly}{Extension}";
}

/// <summary>The one table of package versions, <c>packages.json</c>.</summary>
public sealed class PackageTable
{
    private readonly Dictionary<string, Package> _byAssembly;
    private readonly Dictionary<string, ApiAssembly> _facts;

    private PackageTable(IReadOnlyList<Package> packages, IEnumerable<ApiAssembly> facts)
    {
        Packages = packages;
        _byAssembly = packages.ToDictionary(package => package.Assembly);
        _facts = facts.ToDictionary(assembly => assembly.AssemblyName);
    }

    public IReadOnlyList<Package> Packages { get; }

    public static PackageTable Read(string root)
    {
        string path = Path.Combine(root, SurfaceSet.Folder, "packages.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        Package[] packages = document.RootElement.GetProperty("packages").Deserialize<Package[]>(JsonSerializerOptions.Web)!;
        return new PackageTable(packages, SurfaceSet.ReadFacts(root));
    }

    public Package ByAssembly(string assembly) => _byAssembly.TryGetValue(assembly, out Package? package)
        ? package
        : throw new InvalidDataException(
            $"packages.json has no package with assembly {assembly}; add it with the source of its version, and its facts.");

    /// <summary>The assemblies named and all that they reference, in order of name. mscorlib is always among them.</summary>
    public IReadOnlyList<Package> WithReferences(IEnumerable<string> assemblies)
    {
        SortedSet<string> found = new(System.StringComparer.Ordinal);
        Queue<string> queue = new(assemblies.Prepend("mscorlib"));
        while (queue.TryDequeue(out string? name))
        {
            if (!found.Add(name))
            {
                continue;
            }

            IReadOnlyList<string> references = _facts.TryGetValue(name, out ApiAssembly? assembly)
                ? assembly.References
                : throw new InvalidDataException($"no facts describe {name}; copy them to {SurfaceSet.Folder}/facts.");
            foreach (string reference in references)
            {
                queue.Enqueue(reference);
            }
        }

        return found.Select(ByAssembly).ToArray();
    }
}
