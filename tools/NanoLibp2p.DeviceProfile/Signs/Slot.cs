using System.Numerics;
using Mono.Cecil;

namespace NanoLibp2p.DeviceProfile.Signs;

/// <summary>What kind of value lies in a slot of the evaluation stack, a local or an argument.</summary>
internal enum SlotKind
{
    /// <summary>An object, an address, a struct or a floating point number: nothing with a sign of its own.</summary>
    Other,

    /// <summary>32 bits: bool, char and all integers up to int and uint.</summary>
    Int32,

    /// <summary>64 bits: long and ulong.</summary>
    Int64,
}

/// <summary>Which variable an address on the stack points to.</summary>
internal enum TargetKind
{
    None,
    Local,
    Argument,
    ReferenceArgument,
    Field,
    ArrayElement,
    Unknown,
}

/// <summary>A variable that an address points to: a local or argument by index, or a field by name.</summary>
internal readonly record struct Target(TargetKind Kind, int Index = 0, string Field = "");

/// <summary>
/// What is known of one value. The interpreter keeps a type tag with every value; a tag of uint or ulong stays on it through C# casts
/// which emit no instruction.
/// </summary>
/// <param name="Kind">Size of the value.</param>
/// <param name="Width">Number of low bits that may be set; all bits for a value that may be negative.</param>
/// <param name="UnsignedWidth">The same in those cases in which the tag is uint or ulong; -1 if the tag never is.</param>
/// <param name="Constant">The value where it is a constant.</param>
/// <param name="Target">What an address points to.</param>
/// <param name="Type">Static type where it is known, to tell long[] from ulong[].</param>
/// <param name="Why">Where an unsigned tag came from, in words.</param>
internal sealed record Slot(SlotKind Kind, int Width, int UnsignedWidth, long? Constant, Target Target, TypeReference? Type, string Why)
{
    public static Slot Other { get; } = new(SlotKind.Other, 0, -1, null, default, null, "");

    /// <summary>Bits of the value: 32, 64, or 0 for anything but an integer.</summary>
    public int Bits => Kind switch
    {
        SlotKind.Int32 => 32,
        SlotKind.Int64 => 64,
        _ => 0,
    };

    /// <summary>True where the tag may be unsigned while the top bit may be set: the only case in which tag and C# disagree in
    /// effect.</summary>
    public bool IsTrap => Bits > 0 && UnsignedWidth >= Bits;

    public static Slot Signed(SlotKind kind, int width) =>
        new(kind, width, -1, null, default, null, "");

    public static Slot Unsigned(SlotKind kind, int width, string why) =>
        new(kind, width, width, null, default, null, why);

    public static Slot OfConstant(SlotKind kind, long value)
    {
        int bits = kind == SlotKind.Int32 ? 32 : 64;
        int width = value < 0 ? bits : 64 - BitOperations.LeadingZeroCount((ulong)value);
        return new Slot(kind, width, -1, value, default, null, "");
    }

    /// <summary>A value freshly loaded from a variable or element of the given type, or returned as one.</summary>
    public static Slot OfType(TypeReference type, string what)
    {
        TypeReference underlying = Underlying(type);
        Slot slot = underlying.MetadataType switch
        {
            MetadataType.Boolean => Signed(SlotKind.Int32, 1),
            MetadataType.Byte => Signed(SlotKind.Int32, 8),
            MetadataType.Char or MetadataType.UInt16 => Signed(SlotKind.Int32, 16),
            MetadataType.SByte or MetadataType.Int16 or MetadataType.Int32 or MetadataType.IntPtr => Signed(SlotKind.Int32, 32),
            MetadataType.UInt32 or MetadataType.UIntPtr => Unsigned(SlotKind.Int32, 32, what),
            MetadataType.Int64 => Signed(SlotKind.Int64, 64),
            MetadataType.UInt64 => Unsigned(SlotKind.Int64, 64, what),
            _ => Other,
        };
        return slot with { Type = type };
    }

    /// <summary>True for int, long and enums over them: a variable that C# takes for signed and that keeps a foreign tag if it is given
    /// one.</summary>
    public static bool IsSignedWord(TypeReference type) =>
        Underlying(type).MetadataType is MetadataType.Int32 or MetadataType.Int64 or MetadataType.IntPtr;

    public static TypeReference Underlying(TypeReference type)
    {
        if (type.MetadataType != MetadataType.ValueType)
        {
            return type;
        }

        TypeDefinition definition = type.Resolve();
        return definition is { IsEnum: true } ? definition.Fields.First(field => !field.IsStatic).FieldType : type;
    }

    /// <summary>What is known where two ways meet.</summary>
    public Slot Join(Slot other)
    {
        if (Kind != other.Kind)
        {
            return Other;
        }

        if (SameAs(other))
        {
            return this;
        }

        return new Slot(
            Kind,
            Math.Max(Width, other.Width),
            Math.Max(UnsignedWidth, other.UnsignedWidth),
            Constant == other.Constant ? Constant : null,
            Target == other.Target
            ? Target
            : new Target(Target.Kind == TargetKind.None && other.Target.Kind == TargetKind.None ? TargetKind.None : TargetKind.Unknown),
            Type?.FullName == other.Type?.FullName ? Type : null,
            UnsignedWidth >= other.UnsignedWidth ? Why : other.Why);
    }

    /// <summary>Equal in everything that matters, which leaves out the words of <see cref="Why"/>.</summary>
    public bool SameAs(Slot other) =>
        Kind == other.Kind && Width == other.Width && UnsignedWidth == other.UnsignedWidth && Constant == other.Constant
        && Target == other.Target && Type?.FullName == other.Type?.FullName;

    /// <summary>Gives up on exact widths, so that loops come to rest.</summary>
    public Slot Widen() => this with
    {
        Width = Bits == 0 ? 0 : Bits,
        UnsignedWidth = UnsignedWidth < 0 ? -1 : Bits,
        Constant = null,
    };
}
