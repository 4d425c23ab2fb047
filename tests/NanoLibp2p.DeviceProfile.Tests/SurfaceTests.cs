using System.Reflection;
using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.DeviceProfile.Tests;

public sealed class SurfaceTests
{
    [Fact]
    public void The_committed_surface_is_what_the_facts_generate()
    {
        IReadOnlyDictionary<string, string> generated = SurfaceSet.Generate(DeviceAssemblies.Root);
        Assert.NotEmpty(generated);
        IReadOnlyList<string> stale = Repository.FindStale(DeviceAssemblies.Root, generated);
        Assert.True(
            stale.Count == 0,
            $"differs from the facts: {string.Join(", ", stale)}; run 'dotnet run --project tools/NanoLibp2p.NanoSurface/Generator -- "
                + $"surface'");
    }

    [Fact]
    public void Every_assembly_of_the_surface_has_the_name_and_version_that_the_facts_state()
    {
        IReadOnlyList<ApiAssembly> facts = SurfaceSet.ReadFacts(DeviceAssemblies.Root);
        Assert.Equal(facts.Count, DeviceAssemblies.Surface.Count);
        foreach (string path in DeviceAssemblies.Surface)
        {
            AssemblyName name = System.Reflection.AssemblyName.GetAssemblyName(path);
            Assert.Equal(facts.Single(assembly => assembly.AssemblyName == name.Name).AssemblyVersion, name.Version!.ToString());
        }
    }

    [Fact]
    public void The_surface_has_exactly_the_public_members_of_the_facts()
    {
        foreach (ApiAssembly assembly in SurfaceSet.ReadFacts(DeviceAssemblies.Root))
        {
            string path =
                DeviceAssemblies.Surface.Single(candidate => Path.GetFileNameWithoutExtension(candidate) == assembly.AssemblyName);
            string[] facts = FactsOf(assembly.Types).Order(StringComparer.Ordinal).ToArray();
            string[] compiled = CompiledApi.Read(path).Order(StringComparer.Ordinal).ToArray();
            Assert.Equal(facts, compiled);
        }
    }

    private static IEnumerable<string> FactsOf(IEnumerable<ApiType> types)
    {
        foreach (ApiType type in types)
        {
            yield return type.FullName;
            foreach (ApiMember member in type.Members.Where(member => member.Name != "Finalize"))
            {
                string parameters = string.Join(",", member.Parameters.Select(parameter =>
                    parameter.Type + (parameter.Modifier is "out" or "ref" or "in" ? "&" : "")));
                yield return $"{member.Kind} {type.FullName}.{member.Name}({parameters}):{member.Type}";
            }

            foreach (string nested in FactsOf(type.Nested))
            {
                yield return nested;
            }
        }
    }
}
