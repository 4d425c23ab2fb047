using System.Text;
using Mono.Cecil;
using NanoLibp2p.DeviceProfile.Rules;

namespace NanoLibp2p.DeviceProfile;

/// <summary>
/// How much of the tables of a flash image an assembly fills. Byte code and array data are counted as they are written; strings and
/// signatures are counted once each, without the strings that every firmware has, so the real tables are a little smaller.
/// </summary>
/// <param name="Assembly">Name of the assembly.</param>
/// <param name="ByteCode">Bytes of code with exception tables; at most <see cref="TableLimit"/>.</param>
/// <param name="Strings">Bytes of names and literals; at most <see cref="TableLimit"/>.</param>
/// <param name="SignaturesAndData">Bytes of signatures and of static arrays' data, which share one table; less than
/// <see cref="TableLimit"/>.</param>
public sealed record AssemblySize(string Assembly, int ByteCode, int Strings, int SignaturesAndData)
{
    /// <summary>Bytes that a table can hold.</summary>
    public const int TableLimit = 65535;

    public static AssemblySize Measure(ModuleDefinition module)
    {
        HashSet<string> strings = new(StringComparer.Ordinal);
        Dictionary<string, int> signatures = new(StringComparer.Ordinal);
        int byteCode = 0;
        int data = 0;
        foreach (TypeReference reference in module.GetTypeReferences())
        {
            strings.Add(reference.Name);
            strings.Add(reference.Namespace);
        }

        foreach (MemberReference reference in module.GetMemberReferences())
        {
            strings.Add(reference.Name);
            AddSignature(reference);
        }

        foreach (TypeDefinition type in module.GetTypes())
        {
            strings.Add(type.Name);
            strings.Add(type.Namespace);
            foreach (FieldDefinition field in type.Fields.Where(field => !field.HasConstant))
            {
                strings.Add(field.Name);
                AddSignature(field);
                data += field.InitialValue.Length;
            }

            foreach (MethodDefinition method in type.Methods)
            {
                strings.Add(method.Name);
                AddSignature(method);
                if (!method.HasBody)
                {
                    continue;
                }

                byteCode += NanoCode.Size(method.Body);
                TypeReference[] locals = method.Body.Variables.Select(variable => variable.VariableType).ToArray();
                signatures.TryAdd("locals " + string.Join(',', locals.Select(local => local.FullName)), locals.Sum(Cost));
                strings.UnionWith(method.Body.Instructions.Select(instruction => instruction.Operand).OfType<string>());
            }
        }

        return new AssemblySize(
            module.Assembly.Name.Name,
            byteCode,
            strings.Sum(text => Encoding.UTF8.GetByteCount(text) + 1),
            data + signatures.Values.Sum());

        void AddSignature(MemberReference member)
        {
            switch (member)
            {
                case FieldReference field:
                    signatures.TryAdd("field " + field.FieldType.FullName, 1 + Cost(field.FieldType));
                    break;
                case MethodReference method:
                    TypeReference[] types = method.Parameters.Select(parameter => parameter.ParameterType).Prepend(method.ReturnType)
                        .ToArray();
                    signatures.TryAdd($"{method.HasThis} {string.Join(',', types.Select(type => type.FullName))}", 2 + types.Sum(Cost));
                    break;
            }
        }
    }

    // one byte for a primitive type, three for a class or struct, one more for each array or reference around it
    private static int Cost(TypeReference type) =>
        type is FunctionPointerType ? 4
        : type is TypeSpecification specification ? 1 + Cost(specification.ElementType)
        : type.IsPrimitive || type.MetadataType is MetadataType.Void or MetadataType.String or MetadataType.Object ? 1 : 3;
}
