using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceModel;

/// <summary>What a compiled assembly takes in flash, and how near its methods come to nanoFramework's silent limits.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IlBytes">Byte code as the compiler wrote it, without headers and exception tables; at most
/// <see cref="TableLimit"/>.</param>
/// <param name="ByteCodeBytes">Byte code as nanoFramework's metadata processor writes it, with 16-bit tokens and branches, and its
/// exception tables; at most <see cref="TableLimit"/>.</param>
/// <param name="NameBytes">Names and literals; at most <see cref="TableLimit"/>.</param>
/// <param name="SignatureBytes">Signatures and the data of static arrays, which share one table; less than <see cref="TableLimit"/>.
/// </param>
/// <param name="FlashBytes">Byte code and metadata together as nanoFramework keeps them: the <c>.pe</c>, worked out by
/// <see cref="DeviceImage"/>.</param>
/// <param name="MostLocals">The method with the most locals.</param>
/// <param name="LongestBranch">The method with the longest branch, in nanoFramework's bytes.</param>
public sealed record AssemblySize(
    string Name, int IlBytes, int ByteCodeBytes, int NameBytes, int SignatureBytes, int FlashBytes, (string Method, int Count) MostLocals,
    (string Method, int Bytes) LongestBranch)
{
    /// <summary>Bytes that one table of an image can hold.</summary>
    public const int TableLimit = 65_535;

    /// <summary>Measures an assembly that isn't rewritten.</summary>
    /// <param name="image">The assembly's file.</param>
    public static AssemblySize Of(byte[] image)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(image));
        return Of(module);
    }

    /// <summary>Measures an assembly that isn't rewritten.</summary>
    /// <param name="module">The assembly; it is only read.</param>
    public static AssemblySize Of(ModuleDefinition module)
    {
        int il = 0, byteCode = 0;
        (string, int) locals = ("", 0), branch = ("", 0);
        foreach (MethodDefinition method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            string name = method.DeclaringType.Name + "." + method.Name;
            (Dictionary<Instruction, int> offsets, _) = NanoCode.Layout(method.Body);
            il += method.Body.CodeSize;
            byteCode += NanoCode.Size(method.Body);
            if (method.Body.Variables.Count > locals.Item2)
            {
                locals = (name, method.Body.Variables.Count);
            }

            foreach (Instruction instruction in method.Body.Instructions)
            {
                foreach (Instruction target in StackModel.Targets(instruction))
                {
                    int distance = Math.Abs(offsets[target] - offsets[instruction]);
                    if (distance > branch.Item2)
                    {
                        branch = (name, distance);
                    }
                }
            }
        }

        DeviceImage tables = new(module);
        return new AssemblySize(
            module.Assembly.Name.Name, il, byteCode, tables.NameBytes, tables.SignatureBytes, tables.Bytes(byteCode), locals, branch);
    }
}
