using System.Collections.Generic;
using System.Linq;
using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.Footprint.Sizes;

/// <summary>
/// How large an assembly's <c>.pe</c> becomes: nanoFramework's metadata processor keeps the byte code with shorter operands, records of
/// fixed size, each name and each signature once, and drops constants, parameter names and documentation. What it knows by heart (the
/// names in nanoFramework's own constant table) is counted here all the same, so this is a little more than the file has.
/// </summary>
internal static class DeviceImage
{
    private const int Header = 124;
    private const int Version = 12;
    private const int Reference = 8;
    private const int TypeRecord = 24;
    private const int FieldRecord = 8;
    private const int MethodRecord = 16;
    private const int Specification = 4;

    // tables are padded to four bytes each
    private const int Padding = 3 * 3;

    public static int Bytes(ModuleDefinition module, int byteCodeBytes)
    {
        var names = new HashSet<string> { "", module.Assembly.Name.Name };
        var signatures = new HashSet<string>();
        var bytes = Header + Padding + byteCodeBytes;

        foreach (var reference in module.AssemblyReferences)
        {
            names.Add(reference.Name);
            bytes += Version;
        }
        foreach (var reference in module.GetTypeReferences().Where(reference => !IsCompilerOnly(reference)))
        {
            names.Add(reference.Name);
            names.Add(reference.Namespace);
            bytes += Reference;
        }
        foreach (var reference in module.GetMemberReferences().Where(reference => !IsCompilerOnly(reference.DeclaringType)))
        {
            names.Add(reference.Name);
            signatures.Add(reference is MethodReference method ? Signature(method) : "6" + Signature(((FieldReference)reference).FieldType));
            bytes += Reference;
        }
        foreach (var type in module.GetTypes().Where(type => type.Name != "<Module>"))
        {
            names.Add(type.Name);
            names.Add(type.Namespace);
            bytes += TypeRecord;
            if (type.HasInterfaces)
            {
                signatures.Add((char)type.Interfaces.Count + string.Concat(type.Interfaces.Select(implementation => Signature(implementation.InterfaceType))));
            }
            foreach (var field in type.Fields.Where(field => !field.HasConstant))
            {
                names.Add(field.Name);
                signatures.Add("6" + Signature(field.FieldType));
                bytes += FieldRecord + (field.InitialValue.Length > 0 ? 2 + field.InitialValue.Length : 0);
            }
            foreach (var method in type.Methods)
            {
                names.Add(method.Name);
                signatures.Add(Signature(method));
                bytes += MethodRecord;
                if (method.HasBody)
                {
                    signatures.Add(string.Concat(method.Body.Variables.Select(local => Signature(local.VariableType))));
                    names.UnionWith(method.Body.Instructions.Where(instruction => instruction.OpCode.Code == Code.Ldstr)
                        .Select(instruction => (string)instruction.Operand));
                }
            }
        }
        bytes += Specification * module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions).Select(instruction => instruction.Operand).OfType<TypeSpecification>()
            .Select(type => type.FullName).Distinct().Count();
        return bytes + names.Sum(name => Encoding.UTF8.GetByteCount(name) + 1) + signatures.Sum(signature => signature.Length);
    }

    // the compiler's own attributes on assemblies stay behind
    private static bool IsCompilerOnly(TypeReference type) => type.DeclaringType is { } outer ? IsCompilerOnly(outer) : type.Namespace is "System.Runtime.CompilerServices" or "System.Diagnostics"
        or "System.Reflection" && type.Name.EndsWith("Attribute", System.StringComparison.Ordinal);

    private static string Signature(MethodReference method) =>
        "cn" + Signature(method.ReturnType) + string.Concat(method.Parameters.Select(parameter => Signature(parameter.ParameterType)));

    // one character for each byte; a class or struct is its kind and an index of two bytes
    private static string Signature(TypeReference type) => type switch
    {
        ArrayType array => "[" + Signature(array.ElementType),
        ByReferenceType reference => "&" + Signature(reference.ElementType),
        _ when type.IsPrimitive || type.MetadataType is MetadataType.Void or MetadataType.String or MetadataType.Object
            => ((char)(0x100 + (int)type.MetadataType)).ToString(),
        _ => "c" + (char)(0x200 + type.MetadataToken.RID) + (char)(0x200 + (int)type.MetadataToken.TokenType / 0x1000000),
    };
}
