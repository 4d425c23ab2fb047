using System.Collections.Generic;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceModel;

/// <summary>What the interpreter distinguishes in a place of its evaluation stack.</summary>
public enum Kind : byte
{
    /// <summary>A 32-bit integer.</summary>
    I4,

    /// <summary>A 64-bit integer.</summary>
    I8,

    /// <summary>A floating-point number.</summary>
    Real,

    /// <summary>An object, a managed pointer or a struct.</summary>
    Other,
}

/// <summary>
/// The evaluation stack of a method: how deep it gets, and the kind of each instruction's first operand.
/// One pass in order is enough (ECMA-335 III.1.7.5: after an unconditional branch the stack is empty unless a forward branch says
/// otherwise).
/// </summary>
public sealed class StackModel
{
    private readonly Dictionary<Instruction, Kind> _operands = [];

    /// <summary>Follows the evaluation stack of a method that has a body.</summary>
    public StackModel(MethodDefinition method)
    {
        MethodBody body = method.Body;
        Dictionary<Instruction, List<Kind>> pending = new();
        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            if (handler.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter)
            {
                pending[handler.HandlerStart] = [Kind.Other];
            }
            if (handler.FilterStart != null)
            {
                pending[handler.FilterStart] = [Kind.Other];
            }
        }

        List<Kind> stack = new();
        foreach (Instruction instruction in body.Instructions)
        {
            if (pending.TryGetValue(instruction, out List<Kind>? arrived))
            {
                stack = arrived;
            }
            _operands[instruction] = Step(method, instruction, stack);
            Depth = System.Math.Max(Depth, stack.Count);
            foreach (Instruction target in Targets(instruction))
            {
                pending.TryAdd(target, [.. stack]);
            }
            if (instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw)
            {
                stack = [];
            }
        }
    }

    /// <summary>The most places that are in use after any instruction.</summary>
    public int Depth { get; }

    /// <summary>The kind of the instruction's first operand: the deepest of those that it takes from the stack.</summary>
    public Kind Operand(Instruction instruction) => _operands[instruction];

    /// <summary>Where an instruction may branch to.</summary>
    public static IEnumerable<Instruction> Targets(Instruction instruction) => instruction.Operand switch
    {
        Instruction one => [one],
        Instruction[] many => many,
        _ => [],
    };

    /// <summary>The kind of a value of this type.</summary>
    public static Kind KindOf(TypeReference type) => NanoHeap.Underlying(type).MetadataType switch
    {
        MetadataType.Int64 or MetadataType.UInt64 => Kind.I8,
        MetadataType.Single or MetadataType.Double => Kind.Real,
        MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte or MetadataType.Char or MetadataType.Int16
            or MetadataType.UInt16 or MetadataType.Int32 or MetadataType.UInt32 or MetadataType.IntPtr or MetadataType.UIntPtr => Kind.I4,
        _ => Kind.Other,
    };

    private static Kind Step(MethodDefinition method, Instruction instruction, List<Kind> stack)
    {
        if (instruction.OpCode.Code == Code.Dup)
        {
            stack.Add(stack[^1]);
            return stack[^1];
        }
        int pops = Pops(method, instruction, stack.Count);
        Kind first = pops > 0 ? stack[^pops] : Kind.Other;
        stack.RemoveRange(stack.Count - pops, pops);
        if (Pushes(instruction) == 1)
        {
            stack.Add(Result(method, instruction, first));
        }
        return first;
    }

    private static int Pops(MethodDefinition method, Instruction instruction, int depth) => instruction.OpCode.StackBehaviourPop switch
    {
        StackBehaviour.Varpop when instruction.OpCode.Code == Code.Ret => method.ReturnType.MetadataType == MetadataType.Void ? 0 : 1,
        StackBehaviour.Varpop when instruction.Operand is IMethodSignature called =>
            called.Parameters.Count + (called.HasThis && instruction.OpCode.Code != Code.Newobj ? 1 : 0),
        StackBehaviour.PopAll => depth,
        StackBehaviour behaviour => StackUse.Pops(behaviour),
    };

    private static int Pushes(Instruction instruction) => instruction.OpCode.StackBehaviourPush switch
    {
        StackBehaviour.Varpush => ((IMethodSignature)instruction.Operand).ReturnType.MetadataType == MetadataType.Void ? 0 : 1,
        StackBehaviour behaviour => StackUse.Pushes(behaviour),
    };

    private static Kind Result(MethodDefinition method, Instruction instruction, Kind first)
    {
        switch (instruction.OpCode.Code)
        {
            case Code.Ldarg or Code.Ldarg_S:
                return KindOf(((ParameterReference)instruction.Operand).ParameterType);
            case Code.Ldarg_0 or Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3:
                int index = instruction.OpCode.Code - Code.Ldarg_0 - (method.HasThis ? 1 : 0);
                return index < 0 ? Kind.Other : KindOf(method.Parameters[index].ParameterType);
            case Code.Ldloc or Code.Ldloc_S:
                return KindOf(((VariableReference)instruction.Operand).VariableType);
            case Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3:
                return KindOf(method.Body.Variables[instruction.OpCode.Code - Code.Ldloc_0].VariableType);
            case Code.Ldfld or Code.Ldsfld:
                return KindOf(((FieldReference)instruction.Operand).FieldType);
            case Code.Call or Code.Callvirt:
                return KindOf(((MethodReference)instruction.Operand).ReturnType);
            case Code.Ldelem_Any or Code.Ldobj or Code.Unbox_Any:
                return KindOf((TypeReference)instruction.Operand);
            case Code.Add or Code.Sub or Code.Mul or Code.Div or Code.Div_Un or Code.Rem or Code.Rem_Un or Code.And or Code.Or or Code.Xor
                or Code.Shl or Code.Shr or Code.Shr_Un or Code.Neg or Code.Not
                or Code.Add_Ovf or Code.Add_Ovf_Un or Code.Sub_Ovf or Code.Sub_Ovf_Un or Code.Mul_Ovf or Code.Mul_Ovf_Un:
                return first;
        }
        return instruction.OpCode.StackBehaviourPush switch
        {
            StackBehaviour.Pushi => instruction.OpCode.Code is Code.Ldloca or Code.Ldloca_S or Code.Ldarga or Code.Ldarga_S or Code.Ldelema
                or Code.Ldflda or Code.Ldsflda or Code.Unbox ? Kind.Other : Kind.I4,
            StackBehaviour.Pushi8 => Kind.I8,
            StackBehaviour.Pushr4 or StackBehaviour.Pushr8 => Kind.Real,
            _ => Kind.Other,
        };
    }
}
