using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceModel;

/// <summary>
/// A method as the metadata processor writes it: tokens, strings and branch targets take two bytes instead of four, a switch one byte
/// for its count and two for each case (metadata-processor, Mono.Cecil/CodeWriter.cs).
/// </summary>
public static class NanoCode
{
    /// <summary>Offset of each instruction in bytes, and behind the last one the length of the code.</summary>
    public static (Dictionary<Instruction, int> Offsets, int Length) Layout(MethodBody body)
    {
        Dictionary<Instruction, int> offsets = new(body.Instructions.Count);
        int position = 0;
        foreach (Instruction instruction in body.Instructions)
        {
            offsets.Add(instruction, position);
            position += Size(instruction);
        }

        return (offsets, position);
    }

    /// <summary>Bytes of code and of the table of exception handlers behind it.</summary>
    public static int Size(MethodBody body) =>
        body.Instructions.Sum(Size) + (body.HasExceptionHandlers ? body.ExceptionHandlers.Count * 12 + 1 : 0);

    /// <summary>Bytes of an instruction with its operand.</summary>
    public static int Size(Instruction instruction) => instruction.OpCode.OperandType switch
    {
        OperandType.InlineSwitch => instruction.OpCode.Size + 1 + 2 * ((Instruction[])instruction.Operand).Length,
        OperandType.InlineString or OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType
            or OperandType.InlineBrTarget =>
            instruction.OpCode.Size + 2,
        _ => instruction.GetSize(),
    };

    /// <summary>
    /// The depth of the evaluation stack that the metadata processor writes for the interpreter. It counts in one pass, takes a returned
    /// value for one that stays, and keeps one byte of the result: every <c>return x</c> in a switch makes the frame larger, and 256 of
    /// them make it tiny.
    /// </summary>
    public static int WrittenStackSize(MethodBody body)
    {
        Dictionary<Instruction, int> atTarget = new();
        int size = 0;
        int largest = 0;
        foreach (Instruction instruction in body.Instructions)
        {
            if (atTarget.TryGetValue(instruction, out int known))
            {
                size = known;
            }

            if (instruction.OpCode.Code is Code.Throw or Code.Endfinally or Code.Endfilter or Code.Leave_S or Code.Br_S or Code.Leave)
            {
                size = 0;
                continue;
            }

            if (instruction.Operand is MethodReference method && instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj)
            {
                method = (MethodReference)instruction.Operand;
                size -= method.Parameters.Count;
                if (instruction.OpCode.Code != Code.Newobj)
                {
                    size += (method.ReturnType.FullName == "System.Void" ? 0 : 1) - (method.HasThis ? 1 : 0);
                }
            }

            size += StackUse.Pushes(instruction.OpCode.StackBehaviourPush) - StackUse.Pops(instruction.OpCode.StackBehaviourPop);
            if (instruction.OpCode.OperandType is OperandType.ShortInlineBrTarget or OperandType.InlineBrTarget)
            {
                Instruction target = (Instruction)instruction.Operand;
                atTarget[target] = Math.Max(atTarget.GetValueOrDefault(target), size);
            }

            largest = Math.Max(largest, size);
        }

        return (byte)largest;
    }
}
