using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.Footprint.Sizes;

/// <summary>What a compiled assembly takes in flash, and how near its methods come to nanoFramework's silent limits.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IlBytes">Byte code as the compiler wrote it, without headers and exception tables.</param>
/// <param name="ByteCodeBytes">Byte code as nanoFramework's metadata processor writes it, with 16-bit tokens and branches, and its
/// exception tables.</param>
/// <param name="FlashBytes">Byte code and metadata together as nanoFramework keeps them: the <c>.pe</c>, worked out by
/// <see cref="DeviceImage"/>.</param>
/// <param name="MostLocals">The method with the most locals.</param>
/// <param name="LongestBranch">The method with the longest branch, in nanoFramework's bytes.</param>
public sealed record AssemblySize(
    string Name, int IlBytes, int ByteCodeBytes, int FlashBytes, (string Method, int Count) MostLocals,
    (string Method, int Bytes) LongestBranch)
{
    /// <summary>Measures an assembly that isn't rewritten.</summary>
    public static AssemblySize Of(byte[] image)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(image));
        int il = 0, byteCode = 0;
        (string, int) locals = ("", 0), branch = ("", 0);
        foreach (MethodDefinition method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            string name = method.DeclaringType.Name + "." + method.Name;
            Dictionary<Instruction, int> offsets = DeviceOffsets(method.Body, out int bytes);
            il += method.Body.CodeSize;
            byteCode += bytes + (method.Body.HasExceptionHandlers ? 1 + 12 * method.Body.ExceptionHandlers.Count : 0);
            if (method.Body.Variables.Count > locals.Item2)
            {
                locals = (name, method.Body.Variables.Count);
            }
            foreach (Instruction instruction in method.Body.Instructions)
            {
                foreach (Instruction target in Metering.StackModel.Targets(instruction))
                {
                    int distance = Math.Abs(offsets[target] - offsets[instruction]);
                    if (distance > branch.Item2)
                    {
                        branch = (name, distance);
                    }
                }
            }
        }
        return new AssemblySize(module.Assembly.Name.Name, il, byteCode, DeviceImage.Bytes(module, byteCode), locals, branch);
    }

    private static Dictionary<Instruction, int> DeviceOffsets(MethodBody body, out int bytes)
    {
        Dictionary<Instruction, int> offsets = new();
        bytes = 0;
        foreach (Instruction instruction in body.Instructions)
        {
            offsets[instruction] = bytes;
            bytes += instruction.OpCode.OperandType switch
            {
                OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineString
                    or OperandType.InlineBrTarget
                    => instruction.GetSize() - 2,
                OperandType.InlineSwitch => instruction.OpCode.Size + 1 + 2 * ((Instruction[])instruction.Operand).Length,
                _ => instruction.GetSize(),
            };
        }
        return offsets;
    }
}
