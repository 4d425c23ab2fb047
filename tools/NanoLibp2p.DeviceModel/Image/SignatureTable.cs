using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceModel;

/// <summary>
/// Signatures and the data of static arrays, one after another in the metadata processor's own bytes: what stands somewhere in the table
/// already is not written again.
/// </summary>
/// <param name="types">The assembly's types as they are numbered.</param>
/// <param name="references">Types of other assemblies as they are numbered.</param>
internal sealed class SignatureTable(IReadOnlyList<TypeDefinition> types, IReadOnlyList<TypeReference> references)
{
    private const byte OfField = 0x06;
    private const byte WithThis = 0x20;
    private const byte Class = 17;
    private const byte ValueType = 18;
    private const byte Array = 19;
    private const byte Reference = 20;

    private readonly List<byte> _table = [];
    private readonly HashSet<string> _added = [];

    private readonly Dictionary<string, uint> _numbers =
        types.Select((type, i) => (type.FullName, Number: (uint)i << 2))
            .Concat(references.Select((type, i) => (type.FullName, Number: (uint)i << 2 | 1)))
            .ToDictionary(type => type.FullName, type => type.Number, StringComparer.Ordinal);

    /// <summary>Bytes so far.</summary>
    public int Count => _table.Count;

    public void AddField(TypeReference type) => Add([OfField, .. Bytes(type)]);

    public void AddType(TypeReference type) => Add([.. Bytes(type)]);

    public void AddMethod(MethodReference method) =>
        Add([method.HasThis ? WithThis : (byte)0, (byte)method.Parameters.Count, .. Bytes(method.ReturnType),
            .. method.Parameters.SelectMany(parameter => Bytes(parameter.ParameterType))]);

    public void AddLocals(ICollection<VariableDefinition> locals) => Add([.. locals.SelectMany(local => Bytes(local.VariableType))]);

    public void AddInterfaces(ICollection<InterfaceImplementation> interfaces)
    {
        if (interfaces.Count > 0)
        {
            Add([(byte)interfaces.Count, .. interfaces.SelectMany(implementation => Number(implementation.InterfaceType))]);
        }
    }

    public void AddData(byte[] data)
    {
        if (data.Length > 0)
        {
            Add([(byte)data.Length, (byte)(data.Length >> 8), .. data]);
        }
    }

    /// <summary>An attribute without named arguments: each argument is its type and its value, a text is the number of a name.</summary>
    public void AddAttribute(CustomAttribute attribute) => Add([.. attribute.ConstructorArguments.SelectMany(Bytes), 0, 0]);

    private IEnumerable<byte> Bytes(CustomAttributeArgument argument) => Bytes(argument.Type).Concat(argument.Value switch
    {
        bool value => BitConverter.GetBytes(value),
        byte value => [value],
        int value => BitConverter.GetBytes(value),
        uint value => BitConverter.GetBytes(value),
        long value => BitConverter.GetBytes(value),
        // instead of its place among the names, which has two bytes too
        string value => BitConverter.GetBytes((short)(value.Length * 31 + value[0])),
        var value => throw new NotImplementedException($"an attribute with an argument such as {value} is not measured yet"),
    });

    private IEnumerable<byte> Bytes(TypeReference type) => type switch
    {
        ByReferenceType reference => Bytes(reference.ElementType).Prepend(Reference),
        ArrayType array => Bytes(array.ElementType).Prepend(Array),
        _ => type.MetadataType switch
        {
            MetadataType.Void => [0],
            MetadataType.Boolean => [1],
            MetadataType.SByte => [2],
            MetadataType.Byte => [3],
            MetadataType.Char => [4],
            MetadataType.Int16 => [5],
            MetadataType.UInt16 => [6],
            MetadataType.Int32 or MetadataType.IntPtr => [7],
            MetadataType.UInt32 or MetadataType.UIntPtr => [8],
            MetadataType.Single => [9],
            MetadataType.Int64 => [10],
            MetadataType.UInt64 => [11],
            MetadataType.Double => [12],
            MetadataType.String => [15],
            MetadataType.Object => [16],
            MetadataType.ValueType => Number(type).Prepend(ValueType),
            MetadataType.Class => Number(type).Prepend(Class),
            _ => [0],
        },
    };

    // one byte to 127, two to 16,383, as in ECMA-335 II.23.2
    private byte[] Number(TypeReference type)
    {
        uint number = _numbers[type.FullName];
        return number <= 0x7f ? [(byte)number] : [(byte)(number >> 8 | 0x80), (byte)number];
    }

    private void Add(byte[] signature)
    {
        if (signature.Length == 0 || !_added.Add(Convert.ToHexString(signature)))
        {
            return;
        }
        // the metadata processor's own search leaves out the last place where it could fit
        Span<byte> within = CollectionsMarshal.AsSpan(_table)[..Math.Max(0, _table.Count - 1)];
        if (within.IndexOf(signature) < 0)
        {
            _table.AddRange(signature);
        }
    }
}
