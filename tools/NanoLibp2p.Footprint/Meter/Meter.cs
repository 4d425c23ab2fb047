using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Mono.Cecil;

namespace NanoLibp2p.Footprint.Metering;

/// <summary>
/// Counts what compiled code does: rewrites assemblies, loads them, runs operations. Counts are exact and the same on every
/// machine. One operation at a time.
/// </summary>
public sealed class Meter : IDisposable
{
    private readonly AssemblyLoadContext _context;
    private readonly Func<string, byte[]?> _find;
    private readonly Resolver _resolver;
    private readonly CallStack _stack = new();
    private readonly Dictionary<string, (MeteredModule Module, Assembly Assembly)> _loaded = [];
    private readonly Queue<Assembly> _unstarted = new();

    /// <summary>A meter with an assembly load context of its own: for samples, or for two builds beside each other.</summary>
    /// <param name="find">The compiled assembly of a name, or null for the platform's.</param>
    public Meter(Func<string, byte[]?> find)
        : this(find, new AssemblyLoadContext("metered", isCollectible: true))
    {
    }

    internal Meter(Func<string, byte[]?> find, AssemblyLoadContext context)
    {
        _find = find;
        _context = context;
        _resolver = new Resolver(find);
        context.Resolving += Resolve;
    }

    /// <summary>The rewritten assembly of this name.</summary>
    public Assembly Load(string name) =>
        TryLoad(name) ?? throw new FileNotFoundException($"no compiled assembly named {name} to meter; build it first");

    /// <summary>
    /// Runs the operation and returns what it did in metered assemblies. Static constructors have run before, as on a device.
    /// </summary>
    public Measurement Measure(Action operation)
    {
        RefuseUncounted();
        RunStaticConstructors();
        foreach ((MeteredModule module, _) in _loaded.Values)
        {
            Array.Clear(module.Hits);
        }
        _stack.Reset();
        operation();
        RefuseUncounted();
        return new Measurement(_loaded.Values.Select(entry => entry.Module), _stack);
    }

    /// <summary>Runs what an operation needs but isn't part of it, such as the peer at the other end, without a count.</summary>
    public void Uncounted(Action action)
    {
        (MeteredModule Module, long[])[] hits = _loaded.Values.Select(entry => (entry.Module, (long[])entry.Module.Hits.Clone())).ToArray();
        (long Depth, long Bytes, long Frames, long ArrayBytes, long Arrays) kept = _stack.Save();
        action();
        foreach ((MeteredModule module, long[] before) in hits)
        {
            before.CopyTo(module.Hits, 0);
        }
        _stack.Load(kept);
    }

    /// <summary>Lets go of the rewritten assemblies.</summary>
    public void Dispose()
    {
        _context.Resolving -= Resolve;
        _resolver.Dispose();
        if (_context.IsCollectible)
        {
            _context.Unload();
        }
    }

    private Assembly? Resolve(AssemblyLoadContext from, AssemblyName name) => TryLoad(name.Name!);

    private Assembly? TryLoad(string name)
    {
        if (_loaded.TryGetValue(name, out (MeteredModule Module, Assembly Assembly) known))
        {
            return known.Assembly;
        }
        if (_find(name) is not { } image)
        {
            return null;
        }
        MeteredModule module = Rewriter.Rewrite(image, _resolver, typeof(Meter).Assembly.GetName().Version!);
        Assembly assembly = _context.LoadFromStream(new MemoryStream(module.Image));
        Type injected = assembly.GetType(Rewriter.InjectedType)!;
        injected.GetField("Hits")!.SetValue(null, module.Hits);
        injected.GetField("Stack")!.SetValue(null, _stack);
        _loaded[name] = (module, assembly);
        _unstarted.Enqueue(assembly);
        return assembly;
    }

    // an ordinary copy beside the program would be found first, and everything in it would count as nothing
    private void RefuseUncounted()
    {
        foreach (Assembly assembly in _context.Assemblies)
        {
            string name = assembly.GetName().Name!;
            if (!_loaded.ContainsKey(name) && _find(name) != null)
            {
                throw new InvalidOperationException(
                    $"{name} was loaded from {assembly.Location}, where it isn't metered; refer to its project with Private=\"false\"");
            }
        }
    }

    // nanoCLR runs them all before Main, in order of type name
    private void RunStaticConstructors()
    {
        while (_unstarted.TryDequeue(out Assembly? assembly))
        {
            IEnumerable<Type> types = assembly.GetTypes().Where(type => type.TypeInitializer != null);
            foreach (Type type in types.OrderBy(type => type.FullName, StringComparer.Ordinal))
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
        }
    }

    /// <summary>Finds the definitions behind references among metered assemblies; the platform's stay unknown.</summary>
    private sealed class Resolver(Func<string, byte[]?> find) : IAssemblyResolver
    {
        private readonly Dictionary<string, AssemblyDefinition?> _known = [];

        public AssemblyDefinition? Resolve(AssemblyNameReference name) => Resolve(name, new ReaderParameters());

        public AssemblyDefinition? Resolve(AssemblyNameReference name, ReaderParameters parameters)
        {
            if (!_known.TryGetValue(name.Name, out AssemblyDefinition? definition))
            {
                byte[]? image = find(name.Name);
                definition = image == null
                    ? null
                    : AssemblyDefinition.ReadAssembly(new MemoryStream(image), new ReaderParameters { AssemblyResolver = this });
                _known[name.Name] = definition;
            }
            return definition;
        }

        public void Dispose()
        {
            foreach (AssemblyDefinition? definition in _known.Values)
            {
                definition?.Dispose();
            }
        }
    }
}
