using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile.Rules;

/// <summary>
/// Types that the packages offer to the compiler only. As attributes and as inlined constants they are fine; anything else refers to
/// a type which isn't there.
/// </summary>
internal static class FlashRules
{
    public static IEnumerable<Violation> Check(ModuleDefinition module, IReadOnlySet<string> notInFlash)
    {
        foreach (TypeDefinition type in module.GetTypes().Where(type => !IsAttribute(type)))
        {
            foreach (FieldDefinition field in type.Fields.Where(field => Names(field.FieldType, notInFlash)))
            {
                yield return Refuse($"{type.FullName}.{field.Name}", field.FieldType);
            }

            foreach (MethodDefinition method in type.Methods)
            {
                foreach (TypeReference used in Signature(method).Where(used => Names(used, notInFlash)))
                {
                    yield return Refuse(CodeLocation.Of(method), used);
                }

                foreach (Instruction instruction in method.HasBody ? method.Body.Instructions : [])
                {
                    TypeReference? used = (instruction.Operand as MemberReference)?.DeclaringType ?? instruction.Operand as TypeReference;
                    if (used is not null && Names(used, notInFlash))
                    {
                        yield return Refuse(CodeLocation.Of(method, instruction), used);
                    }
                }
            }
        }
    }

    private static bool IsAttribute(TypeDefinition type) => type.BaseType?.FullName == "System.Attribute";

    private static bool Names(TypeReference type, IReadOnlySet<string> notInFlash) =>
        notInFlash.Contains(type.GetElementType().FullName.Replace('/', '+'));

    private static IEnumerable<TypeReference> Signature(MethodDefinition method) => method.Parameters
        .Select(parameter => parameter.ParameterType)
        .Append(method.ReturnType)
        .Concat(method.HasBody ? method.Body.Variables.Select(variable => variable.VariableType) : []);

    private static Violation Refuse(string where, TypeReference type) =>
        new("not-in-flash", where, $"{type.FullName} exists for the compiler only; no flash image holds it");
}
