using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;

namespace NanoLibp2p.DeviceModel;

/// <summary>
/// Sizes on nanoCLR's heap (v1), whose unit is a block of 12 bytes. Every field takes a block whatever its type; a struct
/// in a field or an array element is a reference to an object of its own.
/// </summary>
public static class NanoHeap
{
    /// <summary>Bytes of the heap's unit.</summary>
    public const int BlockBytes = 12;

    // measured on the interpreter; a type that isn't here and isn't metered counts as an object with no field
    private static readonly Dictionary<string, int> _platformObjects = new()
    {
        ["System.Object"] = 12, ["System.Attribute"] = 12, ["System.Collections.ArrayList"] = 120, ["System.Collections.Hashtable"] = 180,
        ["System.Collections.Queue"] = 132, ["System.Collections.Stack"] = 108, ["System.Exception"] = 60,
        ["System.Threading.ManualResetEvent"] = 12, ["System.Threading.AutoResetEvent"] = 12, ["System.Threading.Thread"] = 72,
        ["System.Threading.Timer"] = 132, ["System.WeakReference"] = 48, ["System.Random"] = 48, ["System.Text.StringBuilder"] = 132,
        ["System.DateTime"] = 24, ["System.TimeSpan"] = 24, ["System.Guid"] = 60, ["System.String"] = 24,
    };

    /// <summary>Bytes of a call frame: 84 and its blocks.</summary>
    public static int FrameBytes(int locals, int stack) => 84 + BlockBytes * FrameBlocks(locals, stack);

    /// <summary>Blocks of a call frame: one for each local and each place of the evaluation stack and three more, at least ten.</summary>
    public static int FrameBlocks(int locals, int stack) => Math.Max(10, locals + stack + 3);

    /// <summary>Bytes of a string with this many bytes of UTF-8.</summary>
    public static int StringBytes(int utf8Bytes) => (int)Blocks(13 + utf8Bytes);

    /// <summary>Bytes of an array, and of the <paramref name="boxBytes"/> each element has elsewhere if it is a struct.</summary>
    public static long ArrayBytes(int length, int elementBytes, int boxBytes) =>
        Blocks(20 + (long)length * elementBytes) + (long)length * boxBytes;

    /// <summary>Bytes of a new object, or of a boxed value, of this type, with the structs that it holds.</summary>
    public static int ObjectBytes(TypeReference type)
    {
        if (_platformObjects.TryGetValue(type.FullName, out int known))
        {
            return known;
        }
        TypeDefinition? definition = type.IsPrimitive ? null : type.Resolve();
        if (definition == null)
        {
            return type.IsPrimitive || type.IsValueType ? 2 * BlockBytes : BlockBytes;
        }
        if (definition.IsEnum)
        {
            return 2 * BlockBytes;
        }
        if (definition.BaseType?.FullName is "System.MulticastDelegate")
        {
            return 3 * BlockBytes;
        }
        int bytes = definition.BaseType == null || definition.IsValueType ? BlockBytes : ObjectBytes(definition.BaseType);
        foreach (FieldDefinition field in definition.Fields.Where(field => !field.IsStatic))
        {
            bytes += BlockBytes + BoxBytes(field.FieldType);
        }
        return bytes;
    }

    /// <summary>Bytes that an element of this type takes inside an array.</summary>
    public static int ElementBytes(TypeReference type) => Underlying(type).MetadataType switch
    {
        MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte => 1,
        MetadataType.Char or MetadataType.Int16 or MetadataType.UInt16 => 2,
        MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Single => 4,
        MetadataType.Int64 or MetadataType.UInt64 or MetadataType.Double => 8,
        _ => BlockBytes,
    };

    /// <summary>Bytes of the object that a struct of this type has beside its field or element; 0 when it isn't a struct.</summary>
    public static int BoxBytes(TypeReference type)
    {
        if (type.IsPrimitive || type.FullName is "System.DateTime" or "System.TimeSpan" || type is TypeSpecification)
        {
            return 0;
        }
        TypeDefinition definition = type.Resolve();
        return definition is { IsValueType: true, IsEnum: false } ? ObjectBytes(definition) : 0;
    }

    /// <summary>The integer type of an enum; any other type itself.</summary>
    internal static TypeReference Underlying(TypeReference type)
    {
        if (type.IsPrimitive || type is TypeSpecification || type.Resolve() is not { IsEnum: true } definition)
        {
            return type;
        }
        return definition.Fields.First(field => !field.IsStatic).FieldType;
    }

    private static long Blocks(long bytes) => BlockBytes * ((bytes + BlockBytes - 1) / BlockBytes);
}
