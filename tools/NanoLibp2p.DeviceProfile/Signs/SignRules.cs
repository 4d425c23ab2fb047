using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile.Signs;

/// <summary>
/// The sign trap: on the interpreter a shift to the right, a remainder, a widening and a conversion to floating point follow the tag
/// that travels with the value, not the instruction. Follows every tag through locals, arguments, returns and references, over all
/// assemblies of the set, until nothing changes; then reports where tag and instruction disagree.
/// </summary>
internal sealed class SignRules
{
    private readonly DeviceAssemblySet _assemblies;
    private readonly Dictionary<string, MethodSummary> _summaries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _delegateTargets = new(StringComparer.Ordinal);
    private bool _changed;

    private SignRules(DeviceAssemblySet assemblies) => _assemblies = assemblies;

    public static IEnumerable<Violation> Check(DeviceAssemblySet assemblies)
    {
        SignRules rules = new(assemblies);
        MethodDefinition[] methods = assemblies.Modules
            .SelectMany(module => module.GetTypes())
            .SelectMany(type => type.Methods)
            .Where(method => method.HasBody)
            .ToArray();
        bool unsettled;
        do
        {
            rules._changed = false;
            foreach (MethodSummary summary in rules._summaries.Values)
            {
                summary.Changed = false;
            }

            foreach (MethodDefinition method in methods)
            {
                new MethodFlow(rules, method).Run(null);
            }

            unsettled = rules._changed || rules._summaries.Values.Any(summary => summary.Changed);
        }
        while (unsettled);

        foreach (MethodDefinition method in methods)
        {
            SortedDictionary<int, Violation> found = new();
            new MethodFlow(rules, method).Run((instruction, message) =>
                found[instruction.Offset] = new Violation("sign-trap", CodeLocation.Of(method, instruction), message));
            foreach (Violation violation in found.Values)
            {
                yield return violation;
            }
        }
    }

    /// <summary>Width of a value with an unsigned tag in a field that C# takes for signed, written there through a reference.</summary>
    public int Field(FieldReference field) => _fields.GetValueOrDefault(field.FullName, -1);

    public void WriteField(string field, int width)
    {
        if (width > _fields.GetValueOrDefault(field, -1))
        {
            _fields[field] = width;
            _changed = true;
        }
    }

    /// <summary>The summary of what a call reaches, or null for a method outside the set.</summary>
    public MethodSummary? Called(MethodReference method)
    {
        if (method.Name == "Invoke" && IsDelegate(method.DeclaringType))
        {
            return Summary(DelegateKey(method), method);
        }

        return _assemblies.Find(method) is { } found ? Of(found) : null;
    }

    /// <summary>The summary that a method shares with those it overrides or that override it.</summary>
    public MethodSummary Of(MethodDefinition method) =>
        Summary(method.IsVirtual
            ? $"virtual {method.Name[(method.Name.LastIndexOf('.') + 1)..]}{Parameters(method)}" : method.FullName, method);

    public bool IsDelegateTarget(MethodDefinition method) => _delegateTargets.Contains(method.FullName);

    public void MakeDelegateTarget(MethodReference method) => _changed |= _delegateTargets.Add(method.FullName);

    /// <summary>What delegates with the signature of <paramref name="method"/> are called with.</summary>
    public MethodSummary Delegates(MethodReference method) => Summary(DelegateKey(method), method);

    private MethodSummary Summary(string key, MethodReference method)
    {
        if (!_summaries.TryGetValue(key, out MethodSummary? summary))
        {
            summary = new MethodSummary(method.Parameters.Count);
            _summaries.Add(key, summary);
        }

        return summary;
    }

    private static bool IsDelegate(TypeReference type) => type.Resolve()?.BaseType?.FullName == "System.MulticastDelegate";

    private static string DelegateKey(MethodReference method) => $"delegate {Parameters(method)}";

    private static string Parameters(MethodReference method) =>
        $"({string.Join(',', method.Parameters.Select(parameter => parameter.ParameterType.FullName))}):{method.ReturnType.FullName}";
}
