using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile;

/// <summary>
/// Compiled assemblies to be checked together, with the reference assemblies they were compiled against. Together, because a value's
/// sign travels through calls from one assembly into another.
/// </summary>
public sealed class DeviceAssemblySet : IDisposable
{
    private readonly Resolver _resolver;
    private readonly Dictionary<string, MethodDefinition> _methods = [];

    private DeviceAssemblySet(Resolver resolver, IReadOnlyList<ModuleDefinition> modules)
    {
        _resolver = resolver;
        Modules = modules;
        foreach (MethodDefinition method in modules.SelectMany(module => module.GetTypes()).SelectMany(type => type.Methods))
        {
            _methods.TryAdd(method.FullName, method);
        }
    }

    public IReadOnlyList<ModuleDefinition> Modules { get; }

    /// <summary>Reads assemblies from files. Line numbers are used where a .pdb lies beside them.</summary>
    public static DeviceAssemblySet Load(IEnumerable<string> paths, IEnumerable<string> references)
    {
        Resolver resolver = new(references);
        return new DeviceAssemblySet(resolver, [.. paths.Select(path => resolver.Read(path))]);
    }

    /// <summary>Reads one assembly from memory.</summary>
    public static DeviceAssemblySet Load(Stream assembly, IEnumerable<string> references)
    {
        Resolver resolver = new(references);
        return new DeviceAssemblySet(resolver,
            [ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver })]);
    }

    /// <summary>The method's definition if it is in this set, otherwise null.</summary>
    internal MethodDefinition? Find(MethodReference method) =>
        method as MethodDefinition ?? _methods.GetValueOrDefault(method.FullName);

    public void Dispose()
    {
        foreach (ModuleDefinition module in Modules)
        {
            module.Dispose();
        }

        _resolver.Dispose();
    }

    private sealed class Resolver(IEnumerable<string> references) : IAssemblyResolver
    {
        private readonly Dictionary<string, string> _paths =
            references.ToDictionary(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal);

        private readonly Dictionary<string, AssemblyDefinition> _loaded = new(StringComparer.Ordinal);

        public ModuleDefinition Read(string path)
        {
            bool symbols = File.Exists(Path.ChangeExtension(path, ".pdb"));
            ModuleDefinition module = ModuleDefinition.ReadModule(path, new ReaderParameters
            {
                AssemblyResolver = this,
                InMemory = true,
                ReadSymbols = symbols,
                SymbolReaderProvider = symbols ? new PortablePdbReaderProvider() : null,
            });
            _loaded[module.Assembly.Name.Name] = module.Assembly;
            return module;
        }

        public AssemblyDefinition Resolve(AssemblyNameReference name) => Resolve(name, new ReaderParameters());

        public AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters)
        {
            if (_loaded.TryGetValue(name.Name, out AssemblyDefinition? assembly))
            {
                return assembly;
            }

            if (!_paths.TryGetValue(name.Name, out string? path))
            {
                throw new AssemblyResolutionException(name);
            }

            assembly = AssemblyDefinition.ReadAssembly(path, new ReaderParameters { AssemblyResolver = this, InMemory = true });
            _loaded[name.Name] = assembly;
            return assembly;
        }

        public void Dispose()
        {
            foreach (AssemblyDefinition assembly in _loaded.Values)
            {
                assembly.Dispose();
            }
        }
    }
}
