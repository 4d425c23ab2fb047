using Mono.Cecil;
using Mono.Cecil.Cil;
using NanoLibp2p.DeviceModel;

namespace NanoLibp2p.Footprint.Metering;

/// <summary>
/// What an instruction costs on nanoCLR, in tenths of a nanosecond of the host that it was measured on (32-bit, upstream's
/// interpreter, loops calibrated). Only ratios carry over to a device. Most values are measured lines less the loads and
/// stores around them; where there is none, the value of its nearest relative stands, or of an average instruction.
/// </summary>
internal static class CostTable
{
    /// <summary>An average instruction: a quarter of <c>a = a + b</c>.</summary>
    public const int Average = 31;

    // the frame's own cost is in the call; each local is one more turn of the loop that clears them
    private const int Local = 31;

    /// <summary>Cost of entering a method with so many locals, beyond the call itself.</summary>
    public static int Entry(int locals) => Local * locals;

    public static int Of(Instruction instruction, Kind operand) => instruction.OpCode.Code switch
    {
        Code.Ldc_I8 => 44,
        >= Code.Ldc_I4_M1 and <= Code.Ldc_I4 or Code.Ldnull or Code.Nop => 18,
        >= Code.Ldarg_0 and <= Code.Stloc_3 or >= Code.Ldarg_S and <= Code.Stloc_S or >= Code.Ldarg and <= Code.Stloc => 25,
        Code.Dup or Code.Pop or Code.Ret => 25,

        Code.Add => operand switch { Kind.I8 => 60, Kind.Real => 174, _ => 49 },
        Code.Sub => operand switch { Kind.I8 => 50, Kind.Real => 174, _ => 67 },
        Code.Mul => operand switch { Kind.I8 => 54, Kind.Real => 160, _ => 57 },
        Code.Div or Code.Div_Un => operand switch { Kind.I8 => 88, Kind.Real => 253, _ => 58 },
        Code.Rem or Code.Rem_Un => operand switch { Kind.I8 => 92, Kind.Real => 253, _ => 57 },
        Code.And or Code.Or or Code.Xor => 31,
        Code.Shl => 39,
        Code.Shr => operand == Kind.I8 ? 49 : 36,
        Code.Shr_Un => operand == Kind.I8 ? 35 : 43,
        Code.Neg => 40,
        Code.Not => 27,
        Code.Conv_I8 => 54,
        Code.Conv_U8 => 60,
        Code.Conv_I4 or Code.Conv_I or Code.Conv_U => 45,
        Code.Conv_U4 => 38,
        Code.Conv_U1 or Code.Conv_I1 => 47,
        Code.Conv_U2 or Code.Conv_I2 => 68,
        Code.Conv_R4 or Code.Conv_R8 or Code.Conv_R_Un => 99,

        Code.Ldsfld => 108,
        Code.Stsfld => 111,
        Code.Ldfld => 98,
        Code.Stfld => 101,
        Code.Ldflda or Code.Ldsflda => 107,
        Code.Ldelem_I4 => 70,
        Code.Ldelem_U4 => 79,
        Code.Ldelem_U1 or Code.Ldelem_I1 => 81,
        Code.Ldelem_U2 or Code.Ldelem_I2 => 90,
        Code.Ldelem_I8 => 82,
        Code.Ldelem_R4 or Code.Ldelem_R8 => 82,
        Code.Ldelem_Ref or Code.Ldelem_Any => 94,
        Code.Ldelema => 84,
        Code.Stelem_I4 => 111,
        Code.Stelem_I1 or Code.Stelem_I2 => 121,
        Code.Stelem_I8 or Code.Stelem_R4 or Code.Stelem_R8 => 104,
        Code.Stelem_Ref or Code.Stelem_Any => 437,
        Code.Ldlen => 54,
        >= Code.Ldind_I1 and <= Code.Ldind_Ref => 52,
        >= Code.Stind_Ref and <= Code.Stind_R8 or Code.Stind_I => 82,

        Code.Beq or Code.Beq_S or Code.Bne_Un or Code.Bne_Un_S => 77,
        >= Code.Bge_S and <= Code.Blt_S or >= Code.Bge_Un_S and <= Code.Blt_Un_S => 77,
        >= Code.Bge and <= Code.Blt or >= Code.Bge_Un and <= Code.Blt_Un => 77,
        Code.Brfalse or Code.Brfalse_S or Code.Brtrue or Code.Brtrue_S or Code.Br or Code.Br_S => 51,
        Code.Ceq or Code.Cgt or Code.Cgt_Un or Code.Clt or Code.Clt_Un => 78,
        Code.Switch => 79,

        Code.Newarr => 395,
        Code.Newobj => 660,
        Code.Box => 322,
        Code.Unbox or Code.Unbox_Any => 217,
        Code.Ldstr => 171,
        Code.Castclass or Code.Isinst => 208,
        Code.Ldobj or Code.Stobj or Code.Cpobj or Code.Initobj => 600,
        Code.Leave or Code.Leave_S => 606,
        Code.Endfinally => 212,
        Code.Throw or Code.Rethrow => 1200,

        Code.Call or Code.Callvirt => Call(instruction),
        _ => Average,
    };

    /// <summary>Whether the method is the platform's: native code, or nothing that we can count inside of.</summary>
    public static bool IsPlatform(MethodReference method, out MethodDefinition? definition)
    {
        definition = method.DeclaringType is ArrayType ? null : method.Resolve();
        return definition == null;
    }

    // the arguments' loads are counted where they stand: what is left is about a nanosecond for each
    private static int Call(Instruction instruction)
    {
        MethodReference method = (MethodReference)instruction.Operand;
        int arguments = 8 * method.Parameters.Count;
        if (IsPlatform(method, out MethodDefinition? definition))
        {
            return method.FullName == "System.Void System.Object::.ctor()" ? 320 : Native(method) - 43 * method.Parameters.Count;
        }
        if (definition!.DeclaringType.BaseType?.FullName == "System.MulticastDelegate")
        {
            return 450 + arguments;
        }
        return arguments + (instruction.OpCode.Code == Code.Callvirt && definition.IsVirtual ? 617 : 322);
    }

    // whole statements as measured; their loads (at most 43 tenths each) come off in Call
    private static int Native(MethodReference method) => (method.DeclaringType.FullName + "." + method.Name) switch
    {
        "System.Array.Copy" => 1510 + 65,
        "System.Array.Clear" => 1380,
        "System.String.get_Length" => 1415,
        "System.String.get_Chars" => 1638,
        "System.String.op_Equality" => 1469,
        "System.Threading.Interlocked.Increment" => 1540,
        "System.Threading.Monitor.Enter" or "System.Threading.Monitor.Exit" => 1950,
        "System.DateTime.get_UtcNow" => 3300,
        _ => 1400,
    };
}
