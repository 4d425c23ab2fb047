using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceModel;

/// <summary>
/// How large an assembly's <c>.pe</c> becomes: a header and fifteen tables, as nanoFramework's metadata processor writes them. Records have
/// a fixed size; each name stands once, and not at all when every firmware has it; constants, parameter names and what is not used are left
/// out. Every table begins at a multiple of four bytes.
/// </summary>
internal sealed class DeviceImage
{
    // marker, two checksums, flags, checksum of the native methods, version, name; then 16 table offsets and 16 counts of padding
    private const int Header = 40 + 4 * 16 + 4 + 16;

    private const int AssemblyRecord = 12;
    private const int ReferenceRecord = 8;
    private const int TypeRecord = 24;
    private const int FieldRecord = 8;
    private const int MethodRecord = 16;
    private const int AttributeRecord = 8;
    private const int SpecificationRecord = 4;

    private readonly int _records;

    public DeviceImage(ModuleDefinition module)
    {
        UsedReferences used = new(module);
        IReadOnlyList<TypeDefinition> types = DeviceTypeOrder.Of(module);
        TypeSpecification[] specifications = types.SelectMany(DeviceMethods).Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions).Select(instruction => instruction.Operand).OfType<TypeSpecification>()
            .DistinctBy(type => type.FullName).ToArray();

        NameBytes = DeviceNames.Bytes(module, used);
        SignatureBytes = Signatures(types, used, specifications);
        _records = AssemblyRecord * used.Assemblies.Count
            + ReferenceRecord * (used.Types.Count + used.Members.Count)
            + TypeRecord * types.Count
            + FieldRecord * types.Sum(type => type.Fields.Count(IsKept))
            + MethodRecord * types.Sum(type => type.Methods.Count)
            + AttributeRecord * types.Sum(type => UsedReferences.Attributes(type).Count())
            + SpecificationRecord * specifications.Length;
    }

    /// <summary>Bytes of the table of names and literals.</summary>
    public int NameBytes { get; }

    /// <summary>Bytes of the table of signatures and of static arrays' data.</summary>
    public int SignatureBytes { get; }

    /// <summary>Bytes of the whole image with this much byte code.</summary>
    public int Bytes(int byteCodeBytes) => Header + _records + Aligned(NameBytes) + Aligned(SignatureBytes) + Aligned(byteCodeBytes);

    /// <summary>Constants are compiled into the code that uses them.</summary>
    public static bool IsKept(FieldDefinition field) => !field.HasConstant;

    // A signature that another one holds within it is not written again, so that the order is a part of the size.
    private static int Signatures(IReadOnlyList<TypeDefinition> types, UsedReferences used, IEnumerable<TypeSpecification> specifications)
    {
        SignatureTable table = new(types, used.Types);
        foreach (FieldReference field in used.Members.OfType<FieldReference>())
        {
            table.AddField(field.FieldType);
        }
        foreach (MethodReference method in used.Members.OfType<MethodReference>())
        {
            table.AddMethod(method);
        }
        foreach (TypeDefinition type in types)
        {
            foreach (FieldDefinition field in type.Fields.Where(IsKept).OrderByDescending(field => field.IsStatic))
            {
                table.AddField(field.FieldType);
                if (field.IsStatic)
                {
                    table.AddData(field.InitialValue);
                }
            }
            foreach (MethodDefinition method in DeviceMethods(type))
            {
                table.AddMethod(method);
                if (method.HasBody)
                {
                    table.AddLocals(method.Body.Variables);
                }
            }
            table.AddInterfaces(type.Interfaces);
        }
        foreach (CustomAttribute attribute in types.SelectMany(UsedReferences.Attributes))
        {
            table.AddAttribute(attribute);
        }
        foreach (TypeSpecification specification in specifications)
        {
            table.AddType(specification);
        }
        return table.Count;
    }

    private static IEnumerable<MethodDefinition> DeviceMethods(TypeDefinition type) =>
        type.Methods.OrderBy(method => method.IsVirtual ? 0 : method.IsStatic ? 2 : 1);

    private static int Aligned(int bytes) => (bytes + 3) & ~3;
}
