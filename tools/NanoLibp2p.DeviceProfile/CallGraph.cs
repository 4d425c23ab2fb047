using Mono.Cecil;

namespace NanoLibp2p.DeviceProfile;

/// <summary>Which methods of a set may run as part of another. A virtual call may reach every method of that name and those parameters.</summary>
public sealed class CallGraph
{
    private readonly DeviceAssemblySet assemblies;
    private readonly ILookup<string, MethodDefinition> overrides;

    public CallGraph(DeviceAssemblySet assemblies)
    {
        this.assemblies = assemblies;
        overrides = assemblies.Modules
            .SelectMany(module => module.GetTypes())
            .SelectMany(type => type.Methods)
            .Where(method => method.IsVirtual)
            .ToLookup(Signature);
    }

    /// <summary>The method itself and everything that it may call or make a delegate of.</summary>
    public IReadOnlySet<MethodDefinition> From(MethodDefinition start)
    {
        var reached = new HashSet<MethodDefinition> { start };
        var queue = new Queue<MethodDefinition>(reached);
        while (queue.TryDequeue(out var method))
        {
            foreach (var instruction in method.HasBody ? method.Body.Instructions : [])
            {
                if (instruction.Operand is not MethodReference called || assemblies.Find(called) is not { } target)
                {
                    continue;
                }

                foreach (var possible in target.IsVirtual ? overrides[Signature(target)] : [target])
                {
                    if (reached.Add(possible))
                    {
                        queue.Enqueue(possible);
                    }
                }
            }
        }

        return reached;
    }

    // an explicit implementation has its interface's name in front
    private static string Signature(MethodDefinition method) =>
        $"{method.Name[(method.Name.LastIndexOf('.') + 1)..]}({string.Join(',', method.Parameters.Select(parameter => parameter.ParameterType.FullName))})";
}
