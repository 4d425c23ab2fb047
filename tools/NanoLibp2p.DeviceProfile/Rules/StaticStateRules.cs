using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile.Rules;

/// <summary>
/// On a device all static initialisers run before Main, in the order of assemblies and type names, and never on first access. One that
/// reads another type's static state sees null or zero if that type comes later.
/// </summary>
internal static class StaticStateRules
{
    public static IEnumerable<Violation> Check(ModuleDefinition module, DeviceAssemblySet assemblies)
    {
        CallGraph calls = new(assemblies);
        foreach (MethodDefinition initialiser in module.GetTypes().SelectMany(type => type.Methods)
            .Where(method => method is { IsConstructor: true, IsStatic: true }))
        {
            foreach (MethodDefinition method in calls.From(initialiser))
            {
                foreach (Instruction instruction in method.HasBody ? method.Body.Instructions : [])
                {
                    if (instruction.OpCode.Code is Code.Ldsfld or Code.Ldsflda
                        && instruction.Operand is FieldReference field
                        && Initialised(field, assemblies)
                        && field.DeclaringType.FullName != initialiser.DeclaringType.FullName
                        && !IsCompilerMade(field.DeclaringType))
                    {
                        yield return new Violation(
                            "static-order",
                            CodeLocation.Of(method, instruction),
                            $"the static initialiser of {initialiser.DeclaringType.FullName} reads "
                                + $"{field.DeclaringType.FullName}.{field.Name}, which may not be set yet on a device; keep the state in "
                                + $"one type, or pass it in");
                    }
                }
            }
        }
    }

    private static bool Initialised(FieldReference field, DeviceAssemblySet assemblies) => assemblies.Modules
        .Select(module => module.GetType(field.DeclaringType.FullName))
        .Any(type => type is not null && type.Methods.Any(method => method is { IsConstructor: true, IsStatic: true }));

    private static bool IsCompilerMade(TypeReference type) => type.FullName.Contains('<', StringComparison.Ordinal);
}
