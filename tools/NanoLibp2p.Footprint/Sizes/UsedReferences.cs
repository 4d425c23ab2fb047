using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;

namespace NanoLibp2p.Footprint.Sizes;

/// <summary>What an assembly takes from others and nanoFramework's metadata processor keeps: what its own types, members and code use.</summary>
internal sealed class UsedReferences
{
    private static readonly string[] ignored =
    [
        "System.AttributeUsageAttribute", "System.CLSCompliantAttribute", "System.FlagsAttribute", "System.ObsoleteAttribute", "System.ParamArrayAttribute",
        "System.ComponentModel.EditorBrowsableAttribute", "System.Diagnostics.ConditionalAttribute", "System.Diagnostics.DebuggableAttribute",
        "System.Diagnostics.DebuggerBrowsableAttribute", "System.Diagnostics.DebuggerDisplayAttribute", "System.Reflection.DefaultMemberAttribute",
        "System.Runtime.CompilerServices.ExtensionAttribute", "System.Runtime.CompilerServices.InternalsVisibleToAttribute",
    ];

    private readonly HashSet<MetadataToken> kept = [];

    public UsedReferences(ModuleDefinition module)
    {
        foreach (var type in module.GetTypes())
        {
            KeepWith(type);
        }
        Assemblies = [.. module.AssemblyReferences.Where(reference => kept.Contains(reference.MetadataToken))];
        Types = [.. module.GetTypeReferences().Where(reference => kept.Contains(reference.MetadataToken))];
        Members = [.. module.GetMemberReferences().Where(reference => kept.Contains(reference.MetadataToken))];
    }

    /// <summary>Assemblies, in their order.</summary>
    public IReadOnlyList<AssemblyNameReference> Assemblies { get; }

    /// <summary>Types of other assemblies, in their order.</summary>
    public IReadOnlyList<TypeReference> Types { get; }

    /// <summary>Fields and methods of other assemblies, in their order.</summary>
    public IReadOnlyList<MemberReference> Members { get; }

    /// <summary>Attributes that are kept, of a type and its members.</summary>
    public static IEnumerable<CustomAttribute> Attributes(TypeDefinition type) =>
        type.CustomAttributes.Concat(type.Fields.Where(DeviceImage.IsKept).SelectMany(field => field.CustomAttributes))
            .Concat(type.Methods.SelectMany(method => method.CustomAttributes))
            .Where(attribute => !ignored.Contains(attribute.AttributeType.FullName)
                && !attribute.AttributeType.Namespace.StartsWith("System.Diagnostics.CodeAnalysis", StringComparison.Ordinal));

    private void KeepWith(TypeDefinition type)
    {
        Keep(type.BaseType);
        foreach (var implementation in type.Interfaces)
        {
            Keep(implementation.InterfaceType);
        }
        foreach (var attribute in Attributes(type))
        {
            Keep(attribute.Constructor);
        }
        foreach (var field in type.Fields.Where(DeviceImage.IsKept))
        {
            KeepNamed(field.FieldType);
        }
        foreach (var method in type.Methods)
        {
            KeepNamed(method);
            if (method.HasBody)
            {
                foreach (var local in method.Body.Variables)
                {
                    KeepNamed(local.VariableType);
                }
                foreach (var operand in method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MemberReference>())
                {
                    Keep(operand);
                }
                foreach (var handler in method.Body.ExceptionHandlers)
                {
                    Keep(handler.CatchType);
                }
            }
        }
    }

    private void KeepNamed(IMethodSignature method)
    {
        KeepNamed(method.ReturnType);
        foreach (var parameter in method.Parameters)
        {
            KeepNamed(parameter.ParameterType);
        }
    }

    // a signature has a byte for these and needs no reference
    private void KeepNamed(TypeReference type)
    {
        if (!type.GetElementType().IsPrimitive && type.GetElementType().MetadataType is not (MetadataType.Void or MetadataType.String or MetadataType.Object))
        {
            Keep(type.GetElementType());
        }
    }

    private void Keep(MemberReference? member)
    {
        if (member is null or IMemberDefinition || !kept.Add(member.MetadataToken))
        {
            return;
        }
        switch (member)
        {
            case TypeSpecification specification:
                Keep(specification.GetElementType());
                break;
            case TypeReference { DeclaringType: { } outer }:
                Keep(outer);
                break;
            case TypeReference type:
                kept.Add(type.Scope.MetadataToken);
                break;
            case MethodReference method:
                Keep(method.DeclaringType);
                KeepNamed(method);
                break;
            case FieldReference field:
                Keep(field.DeclaringType);
                KeepNamed(field.FieldType);
                break;
        }
    }
}
