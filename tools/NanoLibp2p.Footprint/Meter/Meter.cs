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
    private readonly AssemblyLoadContext context;
    private readonly Func<string, byte[]?> find;
    private readonly Resolver resolver;
    private readonly CallStack stack = new();
    private readonly Dictionary<string, (MeteredModule Module, Assembly Assembly)> loaded = [];
    private readonly Queue<Assembly> unstarted = new();

    /// <summary>A meter with an assembly load context of its own: for samples, or for two builds beside each other.</summary>
    /// <param name="find">The compiled assembly of a name, or null for the platform's.</param>
    public Meter(Func<string, byte[]?> find)
        : this(find, new AssemblyLoadContext("metered", isCollectible: true))
    {
    }

    internal Meter(Func<string, byte[]?> find, AssemblyLoadContext context)
    {
        this.find = find;
        this.context = context;
        resolver = new Resolver(find);
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
        foreach (var (module, _) in loaded.Values)
        {
            Array.Clear(module.Hits);
        }
        stack.Reset();
        operation();
        RefuseUncounted();
        return new Measurement(loaded.Values.Select(entry => entry.Module), stack);
    }

    /// <summary>Runs what an operation needs but isn't part of it, such as the peer at the other end, without a count.</summary>
    public void Uncounted(Action action)
    {
        var hits = loaded.Values.Select(entry => (entry.Module, (long[])entry.Module.Hits.Clone())).ToArray();
        var kept = stack.Save();
        action();
        foreach (var (module, before) in hits)
        {
            before.CopyTo(module.Hits, 0);
        }
        stack.Load(kept);
    }

    /// <summary>Lets go of the rewritten assemblies.</summary>
    public void Dispose()
    {
        context.Resolving -= Resolve;
        resolver.Dispose();
        if (context.IsCollectible)
        {
            context.Unload();
        }
    }

    private Assembly? Resolve(AssemblyLoadContext from, AssemblyName name) => TryLoad(name.Name!);

    private Assembly? TryLoad(string name)
    {
        if (loaded.TryGetValue(name, out var known))
        {
            return known.Assembly;
        }
        if (find(name) is not { } image)
        {
            return null;
        }
        var module = Rewriter.Rewrite(image, resolver, typeof(Meter).Assembly.GetName().Version!);
        var assembly = context.LoadFromStream(new MemoryStream(module.Image));
        var injected = assembly.GetType(Rewriter.InjectedType)!;
        injected.GetField("Hits")!.SetValue(null, module.Hits);
        injected.GetField("Stack")!.SetValue(null, stack);
        loaded[name] = (module, assembly);
        unstarted.Enqueue(assembly);
        return assembly;
    }

    // an ordinary copy beside the program would be found first, and everything in it would count as nothing
    private void RefuseUncounted()
    {
        foreach (var assembly in context.Assemblies)
        {
            var name = assembly.GetName().Name!;
            if (!loaded.ContainsKey(name) && find(name) != null)
            {
                throw new InvalidOperationException(
                    $"{name} was loaded from {assembly.Location}, where it isn't metered; refer to its project with Private=\"false\"");
            }
        }
    }

    // nanoCLR runs them all before Main, in order of type name
    private void RunStaticConstructors()
    {
        while (unstarted.TryDequeue(out var assembly))
        {
            var types = assembly.GetTypes().Where(type => type.TypeInitializer != null);
            foreach (var type in types.OrderBy(type => type.FullName, StringComparer.Ordinal))
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
        }
    }

    /// <summary>Finds the definitions behind references among metered assemblies; the platform's stay unknown.</summary>
    private sealed class Resolver(Func<string, byte[]?> find) : IAssemblyResolver
    {
        private readonly Dictionary<string, AssemblyDefinition?> known = [];

        public AssemblyDefinition? Resolve(AssemblyNameReference name) => Resolve(name, new ReaderParameters());

        public AssemblyDefinition? Resolve(AssemblyNameReference name, ReaderParameters parameters)
        {
            if (!known.TryGetValue(name.Name, out var definition))
            {
                var image = find(name.Name);
                definition = image == null
                    ? null
                    : AssemblyDefinition.ReadAssembly(new MemoryStream(image), new ReaderParameters { AssemblyResolver = this });
                known[name.Name] = definition;
            }
            return definition;
        }

        public void Dispose()
        {
            foreach (var definition in known.Values)
            {
                definition?.Dispose();
            }
        }
    }
}
