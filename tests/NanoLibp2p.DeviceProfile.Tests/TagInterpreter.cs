using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>
/// Runs static methods over integers, once as .NET does and once as nf-interpreter does (Interpreter.cpp, CLR_RT_HeapBlock.cpp), where a
/// value carries a tag and instructions follow the tag.
/// </summary>
internal sealed class TagInterpreter(bool device)
{
    public enum Tag
    {
        I4,
        U4,
        I8,
        U8,
    }

    /// <param name="Raw">The bits; those above 32 are meaningless for a 32-bit tag.</param>
    public readonly record struct Value(long Raw, Tag Tag)
    {
        public bool IsWide => Tag >= Tag.I8;

        public int Low => (int)Raw;
    }

    /// <summary>The bits that the method returns, extended as its return type says.</summary>
    public long Run(MethodDefinition method, params long[] arguments)
    {
        IEnumerable<Value> values = method.Parameters.Select((parameter, index) =>
            Load(new Value(arguments[index], TagOf(parameter.ParameterType)), parameter.ParameterType));
        return Load(Execute(method, [.. values]), method.ReturnType).Raw;
    }

    private Value Execute(MethodDefinition method, Value[] arguments)
    {
        Value[] locals = method.Body.Variables.Select(variable => new Value(0, TagOf(variable.VariableType))).ToArray();
        Stack<Value> stack = new();
        for (Instruction at = method.Body.Instructions[0]; ;)
        {
            Instruction next = at.Next;
            Code code = at.OpCode.Code;
            switch (code)
            {
                case >= Code.Ldarg_0 and <= Code.Ldarg_3:
                    stack.Push(Promote(arguments[code - Code.Ldarg_0], method.Parameters[code - Code.Ldarg_0].ParameterType));
                    break;
                case Code.Ldarg_S or Code.Ldarg:
                    ParameterDefinition parameter = (ParameterDefinition)at.Operand;
                    stack.Push(Promote(arguments[parameter.Index], parameter.ParameterType));
                    break;
                case Code.Starg_S or Code.Starg:
                    arguments[((ParameterDefinition)at.Operand).Index] =
                        Store(arguments[((ParameterDefinition)at.Operand).Index], stack.Pop());
                    break;
                case >= Code.Ldloc_0 and <= Code.Ldloc_3:
                    stack.Push(locals[code - Code.Ldloc_0]);
                    break;
                case Code.Ldloc_S or Code.Ldloc:
                    stack.Push(locals[((VariableDefinition)at.Operand).Index]);
                    break;
                case >= Code.Stloc_0 and <= Code.Stloc_3:
                    locals[code - Code.Stloc_0] = Store(locals[code - Code.Stloc_0], stack.Pop());
                    break;
                case Code.Stloc_S or Code.Stloc:
                    int index = ((VariableDefinition)at.Operand).Index;
                    locals[index] = Store(locals[index], stack.Pop());
                    break;
                case >= Code.Ldc_I4_M1 and <= Code.Ldc_I4_8:
                    stack.Push(new Value(code - Code.Ldc_I4_0, Tag.I4));
                    break;
                case Code.Ldc_I4_S:
                    stack.Push(new Value((sbyte)at.Operand, Tag.I4));
                    break;
                case Code.Ldc_I4:
                    stack.Push(new Value((int)at.Operand, Tag.I4));
                    break;
                case Code.Ldc_I8:
                    stack.Push(new Value((long)at.Operand, Tag.I8));
                    break;
                case Code.Dup:
                    stack.Push(stack.Peek());
                    break;
                case Code.Pop:
                    stack.Pop();
                    break;
                case Code.Call:
                    MethodDefinition called = (MethodDefinition)at.Operand;
                    Value[] passed = new Value[called.Parameters.Count];
                    for (int i = passed.Length - 1; i >= 0; i--)
                    {
                        passed[i] = stack.Pop();
                    }

                    stack.Push(Execute(called, passed));
                    break;
                case Code.Ret:
                    return stack.Pop();
                case Code.Br or Code.Br_S:
                    next = (Instruction)at.Operand;
                    break;
                case Code.Brtrue or Code.Brtrue_S or Code.Brfalse or Code.Brfalse_S:
                    Value tested = stack.Pop();
                    bool isZero = tested.IsWide ? tested.Raw == 0 : tested.Low == 0;
                    if (isZero == code is Code.Brfalse or Code.Brfalse_S)
                    {
                        next = (Instruction)at.Operand;
                    }

                    break;
                case Code.Ceq or Code.Cgt or Code.Cgt_Un or Code.Clt or Code.Clt_Un:
                    stack.Push(new Value(Compares(code, stack) ? 1 : 0, Tag.I4));
                    break;
                case >= Code.Beq_S and <= Code.Blt_Un_S or >= Code.Beq and <= Code.Blt_Un:
                    if (Compares(code, stack))
                    {
                        next = (Instruction)at.Operand;
                    }

                    break;
                case Code.Nop:
                    break;
                case Code.Neg or Code.Not:
                    Value operand = stack.Pop();
                    stack.Push(operand with { Raw = code == Code.Neg ? -operand.Raw : ~operand.Raw });
                    break;
                case Code.Conv_I1 or Code.Conv_I2 or Code.Conv_I4 or Code.Conv_I8 or Code.Conv_U1 or Code.Conv_U2 or Code.Conv_U4
                    or Code.Conv_U8:
                    stack.Push(Convert(code, stack.Pop()));
                    break;
                default:
                    Value right = stack.Pop();
                    stack.Push(Operate(code, stack.Pop(), right));
                    break;
            }

            at = next;
        }
    }

    // the instruction says whether the sign counts, not the tag, and the tag says the width
    private static bool Compares(Code code, Stack<Value> stack)
    {
        Value right = stack.Pop();
        Value left = stack.Pop();
        int signed = left.IsWide ? left.Raw.CompareTo(right.Raw) : left.Low.CompareTo(right.Low);
        int unsigned = left.IsWide ? ((ulong)left.Raw).CompareTo((ulong)right.Raw) : ((uint)left.Low).CompareTo((uint)right.Low);
        return code switch
        {
            Code.Ceq or Code.Beq or Code.Beq_S => signed == 0,
            Code.Bne_Un or Code.Bne_Un_S => signed != 0,
            Code.Cgt or Code.Bgt or Code.Bgt_S => signed > 0,
            Code.Cgt_Un or Code.Bgt_Un or Code.Bgt_Un_S => unsigned > 0,
            Code.Clt or Code.Blt or Code.Blt_S => signed < 0,
            Code.Clt_Un or Code.Blt_Un or Code.Blt_Un_S => unsigned < 0,
            Code.Bge or Code.Bge_S => signed >= 0,
            Code.Bge_Un or Code.Bge_Un_S => unsigned >= 0,
            Code.Ble or Code.Ble_S => signed <= 0,
            Code.Ble_Un or Code.Ble_Un_S => unsigned <= 0,
            _ => throw new NotSupportedException(code.ToString()),
        };
    }

    private Value Operate(Code code, Value left, Value right)
    {
        int count = right.Low;
        bool isUnsigned = device && left.Tag is (Tag.U4 or Tag.U8);
        long raw = (code, left.IsWide) switch
        {
            (Code.Add, _) => left.Raw + right.Raw,
            (Code.Sub, _) => left.Raw - right.Raw,
            (Code.Mul, _) => left.Raw * right.Raw,
            (Code.And, _) => left.Raw & right.Raw,
            (Code.Or, _) => left.Raw | right.Raw,
            (Code.Xor, _) => left.Raw ^ right.Raw,
            (Code.Shl, false) => left.Low << count,
            (Code.Shl, true) => left.Raw << count,
            (Code.Shr, false) => isUnsigned ? (uint)left.Low >> count : left.Low >> count,
            (Code.Shr, true) => isUnsigned ? (long)((ulong)left.Raw >> count) : left.Raw >> count,
            (Code.Shr_Un, false) => (uint)left.Low >> count,
            (Code.Shr_Un, true) => (long)((ulong)left.Raw >> count),
            (Code.Div, false) => left.Low / right.Low,
            (Code.Div, true) => left.Raw / right.Raw,
            (Code.Div_Un, false) => (uint)left.Low / (uint)right.Low,
            (Code.Div_Un, true) => (long)((ulong)left.Raw / (ulong)right.Raw),
            (Code.Rem, false) => isUnsigned ? (uint)left.Low % (uint)right.Low : left.Low % right.Low,
            (Code.Rem, true) => isUnsigned ? (long)((ulong)left.Raw % (ulong)right.Raw) : left.Raw % right.Raw,
            (Code.Rem_Un, false) => (uint)left.Low % (uint)right.Low,
            (Code.Rem_Un, true) => (long)((ulong)left.Raw % (ulong)right.Raw),
            _ => throw new NotSupportedException(code.ToString()),
        };
        return left with { Raw = raw };
    }

    private Value Convert(Code code, Value value)
    {
        // the interpreter widens with the sign only from a signed to a signed tag
        bool target = code is Code.Conv_I1 or Code.Conv_I2 or Code.Conv_I4 or Code.Conv_I8;
        bool widensSigned = target && (!device || value.Tag is Tag.I4);
        long full = value.IsWide ? value.Raw : widensSigned ? value.Low : (uint)value.Low;
        return code switch
        {
            Code.Conv_I1 => new Value((sbyte)full, Tag.I4),
            Code.Conv_I2 => new Value((short)full, Tag.I4),
            Code.Conv_I4 => new Value((int)full, Tag.I4),
            Code.Conv_I8 => new Value(full, Tag.I8),
            Code.Conv_U1 => new Value((byte)full, Tag.I4),
            Code.Conv_U2 => new Value((ushort)full, Tag.I4),
            Code.Conv_U4 => new Value((uint)full, Tag.U4),
            _ => new Value(full, Tag.U8),
        };
    }

    // a variable keeps its tag
    private static Value Store(Value variable, Value value) => variable with { Raw = value.Raw };

    private static Value Promote(Value value, TypeReference type) => type.MetadataType switch
    {
        MetadataType.Byte or MetadataType.SByte or MetadataType.Int16 or MetadataType.UInt16 => Load(value, type),
        _ => value,
    };

    private static Value Load(Value value, TypeReference type) => type.MetadataType switch
    {
        MetadataType.Byte => new Value((byte)value.Raw, Tag.I4),
        MetadataType.SByte => new Value((sbyte)value.Raw, Tag.I4),
        MetadataType.UInt16 => new Value((ushort)value.Raw, Tag.I4),
        MetadataType.Int16 => new Value((short)value.Raw, Tag.I4),
        MetadataType.Int32 => value with { Raw = value.Low },
        MetadataType.UInt32 => value with { Raw = (uint)value.Low },
        _ => value,
    };

    private static Tag TagOf(TypeReference type) => type.MetadataType switch
    {
        MetadataType.UInt32 => Tag.U4,
        MetadataType.Int64 => Tag.I8,
        MetadataType.UInt64 => Tag.U8,
        _ => Tag.I4,
    };
}
