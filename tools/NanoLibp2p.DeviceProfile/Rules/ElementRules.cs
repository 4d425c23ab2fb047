using Mono.Cecil;
using Mono.Cecil.Cil;
using NanoLibp2p.DeviceModel;

namespace NanoLibp2p.DeviceProfile.Rules;

/// <summary>
/// Elements of an array of references that nobody has set yet, or that Array.Clear has reset: on the interpreter they are no clean null.
/// A branch takes them for null; a comparison with null as a value is False, and comparing a string with one crashes the interpreter.
/// </summary>
internal static class ElementRules
{
    public static IEnumerable<Violation> Check(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody).SelectMany(Check);

    private static IEnumerable<Violation> Check(MethodDefinition method)
    {
        // a method that branches on elements knows which of them are set
        bool branches = method.Body.Instructions.Any(instruction => IsElement(instruction) && IsTest(instruction.Next));
        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.OpCode.Code is Code.Ceq or Code.Cgt_Un && instruction.Previous?.OpCode.Code is Code.Ldnull
                && ElementAt(instruction, 1, method.Body) is not null)
            {
                yield return new Violation("fresh-element", CodeLocation.Of(method, instruction),
                    "an array element that was never set is not equal to null as a value; write if (a[i] == null) and branch");
            }
            else if (!branches && ComparesStrings(instruction) && (IsFresh(instruction, 0, method) || IsFresh(instruction, 1, method)))
            {
                yield return new Violation("fresh-element", CodeLocation.Of(method, instruction),
                    "comparing a string with an array element that was never set crashes the interpreter; test a[i] != null by a branch "
                        + "before");
            }
        }
    }

    private static bool ComparesStrings(Instruction instruction) =>
        instruction.OpCode.Code is Code.Call or Code.Callvirt
        && instruction.Operand is MethodReference { DeclaringType.FullName: "System.String" } called
        && called.Name is "op_Equality" or "op_Inequality" or "Equals" or "Compare" or "CompareTo";

    // whether a value is an element of an array that this class makes and does not fill at once
    private static bool IsFresh(Instruction taker, int below, MethodDefinition method) =>
        ElementAt(taker, below, method.Body) is { } element && IsFreshArray(Producer(element, 1), method);

    private static bool IsFreshArray(Instruction? array, MethodDefinition method) => IsMade(array) || (array?.Operand switch
    {
        FieldReference field => method.DeclaringType.Methods.Where(other => other.HasBody).SelectMany(other => other.Body.Instructions)
            .Any(stored => stored.OpCode.Code is Code.Stfld or Code.Stsfld && stored.Operand == field && IsMade(stored.Previous)),
        _ => array is not null && LocalOf(array, method.Body, store: false) is { } local && method.Body.Instructions.Any(stored =>
            LocalOf(stored, method.Body, store: true) == local && stored.Previous is { } source
            && LocalOf(source, method.Body, store: false) is null && IsFreshArray(source, method)),
    });

    private static bool IsMade(Instruction? instruction) => instruction?.OpCode.Code is Code.Newarr;

    private static bool IsElement(Instruction? instruction) => instruction?.OpCode.Code is Code.Ldelem_Ref;

    private static bool IsTest(Instruction? instruction) => instruction?.OpCode.Code is Code.Brtrue or Code.Brtrue_S or Code.Brfalse
        or Code.Brfalse_S;

    // the ldelem that a value comes from, directly or by a local that is never tested
    private static Instruction? ElementAt(Instruction taker, int below, MethodBody body)
    {
        Instruction? producer = Producer(taker, below);
        if (producer is null || IsElement(producer))
        {
            return producer;
        }

        return LocalOf(producer, body, store: false) is { } local
            && !body.Instructions.Any(loaded => LocalOf(loaded, body, store: false) == local && IsTest(loaded.Next))
            ? body.Instructions.FirstOrDefault(stored => LocalOf(stored, body, store: true) == local
                && IsElement(stored.Previous))?.Previous
            : null;
    }

    // what put a value on the stack, so many below the top before an instruction; null where branches come together
    private static Instruction? Producer(Instruction taker, int below)
    {
        int wanted = below + 1;
        for (Instruction instruction = taker.Previous; instruction?.OpCode.FlowControl is FlowControl.Next
            or FlowControl.Call; instruction = instruction.Previous)
        {
            MethodReference? called = instruction.Operand as MethodReference;
            int pushed = called is null || instruction.OpCode.Code is Code.Newobj ? StackUse.Pushes(instruction.OpCode.StackBehaviourPush)
                : called.ReturnType.MetadataType == MetadataType.Void ? 0 : 1;
            if (pushed >= wanted)
            {
                return instruction;
            }

            wanted += (called is null ? StackUse.Pops(instruction.OpCode.StackBehaviourPop)
                : called.Parameters.Count + (called.HasThis && instruction.OpCode.Code is not Code.Newobj ? 1 : 0)) - pushed;
        }

        return null;
    }

    private static VariableDefinition? LocalOf(Instruction instruction, MethodBody body, bool store) => instruction.OpCode.Code switch
    {
        Code.Ldloc or Code.Ldloc_S when !store => (VariableDefinition)instruction.Operand,
        Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 when !store => body.Variables[instruction.OpCode.Code - Code.Ldloc_0],
        Code.Stloc or Code.Stloc_S when store => (VariableDefinition)instruction.Operand,
        Code.Stloc_0 or Code.Stloc_1 or Code.Stloc_2 or Code.Stloc_3 when store => body.Variables[instruction.OpCode.Code - Code.Stloc_0],
        _ => null,
    };
}
