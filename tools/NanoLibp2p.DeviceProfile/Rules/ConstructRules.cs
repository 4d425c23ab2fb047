using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile.Rules;

/// <summary>
/// Language constructs which the interpreter can't load or run: generics, multi-dimensional arrays, pointers, default interface methods,
/// some opcodes; and what is not there when it counts: <c>checked</c>, which it runs without the check, and output by <c>Debug</c>.
/// </summary>
internal static class ConstructRules
{
    private static readonly Dictionary<Code, string> _unsupported = new()
    {
        [Code.Arglist] = "__arglist",
        [Code.Cpblk] = "a block copy",
        [Code.Initblk] = "a block fill",
        [Code.Jmp] = "a jump to a method",
        [Code.Calli] = "a call through a function pointer",
        [Code.Ckfinite] = "a check for finite numbers",
        [Code.Mkrefany] = "__makeref",
        [Code.Refanytype] = "__reftype",
        [Code.Refanyval] = "__refvalue",
        [Code.Readonly] = "a generic array element address",
        [Code.Localloc] = "stackalloc",
    };

    public static IEnumerable<Violation> Check(ModuleDefinition module)
    {
        foreach (TypeDefinition type in module.GetTypes())
        {
            foreach (Violation violation in CheckType(type))
            {
                yield return violation;
            }

            foreach (MethodDefinition method in type.Methods)
            {
                foreach (Violation violation in CheckSignature(method).Concat(CheckBody(method)))
                {
                    yield return violation;
                }
            }
        }
    }

    private static IEnumerable<Violation> CheckType(TypeDefinition type)
    {
        if (type.HasGenericParameters)
        {
            yield return new Violation("generics", type.FullName,
                "a generic type makes its whole assembly unloadable, even if unused; write it for one type");
        }

        if (type is { IsValueType: true, ClassSize: > 0 } && type.DeclaringType is { } outer && !outer.Name.StartsWith('<'))
        {
            yield return new Violation("pointer", outer.FullName, $"the fixed-size buffer {type.Name} throws when used; use an array");
        }

        IEnumerable<(TypeReference, string)> used = type.Fields.Select(field => (field.FieldType, $"{type.FullName}.{field.Name}"))
            .Concat(type.Interfaces.Select(contract => (contract.InterfaceType, type.FullName)));
        if (type.BaseType is { } parent)
        {
            used = used.Append((parent, type.FullName));
        }

        foreach (Violation violation in used.SelectMany(pair => CheckUse(pair.Item1, pair.Item2)))
        {
            yield return violation;
        }

        if (type.IsInterface)
        {
            foreach (MethodDefinition method in type.Methods.Where(method => method is { IsAbstract: false, IsStatic: false }))
            {
                yield return new Violation("default-interface-method", CodeLocation.Of(method),
                    "a default interface method throws when called; make it abstract, or a method of a base class");
            }
        }
    }

    private static IEnumerable<Violation> CheckSignature(MethodDefinition method)
    {
        string where = CodeLocation.Of(method);
        if (method.HasGenericParameters)
        {
            yield return new Violation("generics", where, "calling a generic method hangs the interpreter; write it for one type");
        }

        IEnumerable<TypeReference> used = method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType);
        if (method.HasBody)
        {
            used = used.Concat(method.Body.Variables.Select(variable => variable.VariableType));
        }

        foreach (Violation violation in used.SelectMany(type => CheckUse(type, where)).Distinct())
        {
            yield return violation;
        }
    }

    private static IEnumerable<Violation> CheckBody(MethodDefinition method)
    {
        if (!method.HasBody)
        {
            yield break;
        }

        foreach (Instruction instruction in method.Body.Instructions)
        {
            string where = CodeLocation.Of(method, instruction);
            Code code = instruction.OpCode.Code;
            if (_unsupported.TryGetValue(code, out string? meaning))
            {
                yield return new Violation("opcode", where,
                    $"{meaning} ({instruction.OpCode.Name}) isn't implemented and throws when reached");
            }
            else if (instruction.OpCode.Name.Contains(".ovf", StringComparison.Ordinal))
            {
                yield return new Violation("checked", where,
                    $"{instruction.OpCode.Name} never throws on a device, it wraps; test the range before the sum");
            }

            IEnumerable<TypeReference> used = instruction.Operand switch
            {
                GenericInstanceMethod generic => [generic.DeclaringType, .. generic.GenericArguments],
                MethodReference called => called.Parameters.Select(parameter => parameter.ParameterType).Append(called.ReturnType)
                    .Append(called.DeclaringType),
                FieldReference field => [field.DeclaringType, field.FieldType],
                TypeReference type => [type],
                _ => Enumerable.Empty<TypeReference>(),
            };
            if (instruction.Operand is MethodReference { DeclaringType.FullName: "System.Diagnostics.Debug" } debug)
            {
                yield return new Violation("debug-only", where,
                    $"Debug.{debug.Name} is left out of a Release image; use Console.WriteLine");
            }

            if (instruction.Operand is GenericInstanceMethod)
            {
                yield return new Violation("generics", where, "calling a generic method hangs the interpreter; write it for one type");
            }

            foreach (Violation violation in used.SelectMany(type => CheckUse(type, where)).Distinct())
            {
                yield return violation;
            }
        }
    }

    private static IEnumerable<Violation> CheckUse(TypeReference type, string where)
    {
        for (TypeReference? current = type; current is not null; current = (current as TypeSpecification)?.ElementType)
        {
            switch (current)
            {
                case GenericInstanceType or GenericParameter:
                    yield return new Violation("generics", where, $"{current.FullName} is generic, which makes the assembly unloadable or "
                        + $"hangs it; declare a delegate or class for one type");
                    yield break;
                case ArrayType { Rank: > 1 }:
                    yield return new Violation("multi-dimensional-array", where,
                        $"{current.FullName} crashes the loader; use an array of arrays, or one array and a computed index");
                    break;
                case PointerType or FunctionPointerType or PinnedType:
                    yield return new Violation("pointer", where,
                        $"{current.FullName}: pointers aren't supported; use an array and an index");
                    yield break;
            }
        }
    }
}
