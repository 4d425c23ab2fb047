using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile;

/// <summary>Which methods of a set may run as part of another. A virtual call may reach every method of that name and those
/// parameters.</summary>
public sealed class CallGraph
{
    private readonly DeviceAssemblySet _assemblies;
    private readonly ILookup<string, MethodDefinition> _overrides;

    public CallGraph(DeviceAssemblySet assemblies)
    {
        _assemblies = assemblies;
        _overrides = assemblies.Modules
            .SelectMany(module => module.GetTypes())
            .SelectMany(type => type.Methods)
            .Where(method => method.IsVirtual)
            .ToLookup(Signature);
    }

    /// <summary>The method itself and everything that it may call or make a delegate of.</summary>
    public IReadOnlySet<MethodDefinition> From(MethodDefinition start)
    {
        HashSet<MethodDefinition> reached = new() { start };
        Queue<MethodDefinition> queue = new(reached);
        while (queue.TryDequeue(out MethodDefinition? method))
        {
            foreach (Instruction instruction in method.HasBody ? method.Body.Instructions : [])
            {
                if (instruction.Operand is not MethodReference called || _assemblies.Find(called) is not { } target)
                {
                    continue;
                }

                foreach (MethodDefinition possible in target.IsVirtual ? _overrides[Signature(target)] : [target])
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
    private static string Signature(MethodDefinition method)
    {
        string parameters = string.Join(',', method.Parameters.Select(parameter => parameter.ParameterType.FullName));
        return $"{method.Name[(method.Name.LastIndexOf('.') + 1)..]}({parameters})";
    }
}
