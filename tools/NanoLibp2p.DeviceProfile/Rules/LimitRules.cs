using Mono.Cecil;
using Mono.Cecil.Cil;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.DeviceProfile.Signs;

namespace NanoLibp2p.DeviceProfile.Rules;

/// <summary>Limits of the format of flash images and of the interpreter. Most are not reported by anything until a device
/// crashes.</summary>
internal static class LimitRules
{
    private const int ByteLimit = 255;
    private const int BranchLimit = 32767;

    public static IEnumerable<Violation> Check(ModuleDefinition module)
    {
        AssemblySize size = AssemblySize.Of(module);
        (string, int)[] tables = new[]
        {
            ("byte code", size.ByteCodeBytes),
            ("names and string literals", size.NameBytes),
            ("signatures and static array data", size.SignatureBytes),
        };
        foreach ((string table, int bytes) in tables.Where(pair => pair.Item2 > AssemblySize.TableLimit))
        {
            yield return new Violation("limit", size.Name,
                $"{bytes} bytes of {table}, an assembly can hold {AssemblySize.TableLimit}; move a part to another assembly");
        }

        foreach (TypeDefinition type in module.GetTypes())
        {
            (string, int)[] counts = new[]
            {
                ("static methods", type.Methods.Count(method => method.IsStatic)),
                ("virtual methods", type.Methods.Count(method => method.IsVirtual)),
                ("instance methods", type.Methods.Count(method => method is { IsStatic: false, IsVirtual: false })),
                ("instance fields", InstanceFields(type)),
                ("static fields", type.Fields.Count(field => field is { IsStatic: true, HasConstant: false, InitialValue.Length: 0 })),
            };
            foreach ((string kind, int count) in counts.Where(pair => pair.Item2 > ByteLimit))
            {
                yield return new Violation("limit", type.FullName,
                    $"{count} {kind}, a class can have {ByteLimit}; keep them in an array, or split the class");
            }

            foreach (Violation violation in type.Methods.SelectMany(CheckMethod))
            {
                yield return violation;
            }
        }
    }

    private static int InstanceFields(TypeDefinition type)
    {
        int count = 0;
        for (TypeDefinition? current = type; current is not null && current.Module == type.Module; current = current.BaseType?.Resolve())
        {
            count += current.Fields.Count(field => !field.IsStatic);
        }

        return count;
    }

    private static IEnumerable<Violation> CheckMethod(MethodDefinition method)
    {
        int arguments = method.Parameters.Count + (method.IsStatic ? 0 : 1);
        if (arguments > ByteLimit)
        {
            yield return new Violation("limit", CodeLocation.Of(method), $"{arguments} arguments, a method can have {ByteLimit}");
        }

        if (!method.HasBody)
        {
            yield break;
        }

        int locals = method.Body.Variables.Count;
        if (locals > ByteLimit)
        {
            yield return new Violation("limit", CodeLocation.Of(method), $"{locals} locals, a method can have {ByteLimit}");
        }

        int depth = new StackModel(method).Depth;
        if (depth > ByteLimit)
        {
            yield return new Violation("limit", CodeLocation.Of(method), $"an evaluation stack of {depth}, a method can have {ByteLimit}");
        }

        int written = NanoCode.WrittenStackSize(method.Body);
        if (locals + depth > NanoHeap.FrameBlocks(locals, written))
        {
            yield return new Violation(
                "stack-size",
                CodeLocation.Of(method),
                $"needs an evaluation stack of {depth}, but the metadata processor will write {written}, and the interpreter would run "
                    + $"over the frame; return from fewer places, by way of a local");
        }

        (Dictionary<Instruction, int> offsets, _) = NanoCode.Layout(method.Body);
        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.Operand is Instruction[] { Length: > ByteLimit } cases)
            {
                yield return new Violation("limit", CodeLocation.Of(method, instruction),
                    $"a switch of {cases.Length} cases, one can have {ByteLimit}; use a table or two switches");
            }

            Instruction[] targets = instruction.Operand switch
            {
                Instruction target => [target],
                Instruction[] several => several,
                _ => Array.Empty<Instruction>(),
            };
            int end = offsets[instruction] + NanoCode.Size(instruction);
            foreach (Instruction target in targets.Where(target => Math.Abs(offsets[target] - end) > BranchLimit).Take(1))
            {
                yield return new Violation("limit", CodeLocation.Of(method, instruction),
                    $"a branch over {Math.Abs(offsets[target] - end)} bytes, it can reach {BranchLimit}; split the method");
            }
        }
    }
}
