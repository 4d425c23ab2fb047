using System.Collections.Generic;
using System.Linq;
using System.Text;
using Mono.Cecil;

namespace NanoLibp2p.Native.Tests;

/// <summary>
/// What nanoFramework's metadata processor makes of the managed half: the order of methods in the image, the names of the stubs and the
/// checksum that binds the assembly to a firmware.
/// </summary>
internal static class Interop
{
    private const string Project = "nanolibp2p_native";

    /// <summary>The compiled assembly.</summary>
    public static AssemblyDefinition Assembly { get; } = AssemblyDefinition.ReadAssembly(NativeBuild.ManagedHalf);

    /// <summary>
    /// Every method in the order of the image: types by name, in each the virtual methods, then the other instance methods, then the static
    /// ones.
    /// </summary>
    public static IReadOnlyList<MethodDefinition> Methods { get; } =
    [
        .. Assembly.MainModule.Types.Where(type => type.Name != "<Module>").OrderBy(type => type.FullName).SelectMany(type =>
            type.Methods.OrderBy(method => method.IsVirtual ? 0 : method.IsStatic ? 2 : 1)),
    ];

    /// <summary>The place of an internal call in the image, and so in the firmware's table.</summary>
    public static int IndexOf(string name) => Methods.ToList().FindIndex(method => method.RVA == 0 && method.Name == name);

    /// <summary>The entries of the firmware's table: a stub for each internal call, NULL for what has byte code.</summary>
    public static IEnumerable<string> Table => Methods.Select(method => method.RVA == 0
        ? $"Library_{Project}_{Underscores(method.DeclaringType.FullName)}::{StubName(method)}"
        : "NULL");

    /// <summary>
    /// CRC-32 (polynomial 04C11DB7, most significant bit first, from 0) over assembly, type and stub of each internal call, and NULL for
    /// any other method. It begins with the first internal call's stub: what is before that counts for nothing.
    /// </summary>
    public static uint Checksum
    {
        get
        {
            uint crc = 0;
            bool begun = false;
            foreach (MethodDefinition method in Methods.SkipWhile(method => method.RVA != 0))
            {
                string text = method.RVA != 0 ? "NULL"
                    : (begun ? Assembly.Name.Name + Underscores(method.DeclaringType.FullName) : "") + StubName(method);
                begun = true;
                foreach (byte b in Encoding.ASCII.GetBytes(text))
                {
                    crc ^= (uint)b << 24;
                    for (int bit = 0; bit < 8; bit++)
                    {
                        crc = (crc << 1) ^ ((crc >> 31) * 0x04C11DB7);
                    }
                }
            }

            return crc;
        }
    }

    private static string StubName(MethodDefinition method)
    {
        IEnumerable<TypeReference> types = method.Parameters.Select(p => p.ParameterType).Prepend(method.ReturnType);
        return $"{method.Name}{(method.IsStatic ? "___STATIC__" : "___")}{string.Join("__", types.Select(TypeName))}";
    }

    private static string TypeName(TypeReference type) => type is ArrayType array
        ? "SZARRAY_" + TypeName(array.ElementType) : type.MetadataType switch
    {
        MetadataType.Void => "VOID",
        MetadataType.Boolean => "BOOLEAN",
        MetadataType.Byte => "U1",
        MetadataType.Int32 => "I4",
        MetadataType.UInt32 => "U4",
        MetadataType.UInt64 => "U8",
        _ => throw new KeyNotFoundException($"the stubs have no name for {type.FullName} yet"),
    };

    private static string Underscores(string name) => name.Replace('.', '_');
}
