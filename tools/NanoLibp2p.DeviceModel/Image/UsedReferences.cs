using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceModel;

/// <summary>What an assembly takes from others and nanoFramework's metadata processor keeps: what its own types, members and code
/// use.</summary>
internal sealed class UsedReferences
{
    private static readonly string[] _ignored =
    [
        "System.AttributeUsageAttribute", "System.CLSCompliantAttribute", "System.FlagsAttribute", "System.ObsoleteAttribute",
            "System.ParamArrayAttribute",
        "System.ComponentModel.EditorBrowsableAttribute", "System.Diagnostics.ConditionalAttribute",
            "System.Diagnostics.DebuggableAttribute",
        "System.Diagnostics.DebuggerBrowsableAttribute", "System.Diagnostics.DebuggerDisplayAttribute",
            "System.Reflection.DefaultMemberAttribute",
        "System.Runtime.CompilerServices.ExtensionAttribute", "System.Runtime.CompilerServices.InternalsVisibleToAttribute",
    ];

    private readonly HashSet<MetadataToken> _kept = [];

    public UsedReferences(ModuleDefinition module)
    {
        foreach (TypeDefinition type in module.GetTypes())
        {
            KeepWith(type);
        }
        Assemblies = [.. module.AssemblyReferences.Where(reference => _kept.Contains(reference.MetadataToken))];
        Types = [.. module.GetTypeReferences().Where(reference => _kept.Contains(reference.MetadataToken))];
        Members = [.. module.GetMemberReferences().Where(reference => _kept.Contains(reference.MetadataToken))];
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
            .Where(attribute => !_ignored.Contains(attribute.AttributeType.FullName)
                && !attribute.AttributeType.Namespace.StartsWith("System.Diagnostics.CodeAnalysis", StringComparison.Ordinal));

    private void KeepWith(TypeDefinition type)
    {
        Keep(type.BaseType);
        foreach (InterfaceImplementation implementation in type.Interfaces)
        {
            Keep(implementation.InterfaceType);
        }
        foreach (CustomAttribute attribute in Attributes(type))
        {
            Keep(attribute.Constructor);
        }
        foreach (FieldDefinition field in type.Fields.Where(DeviceImage.IsKept))
        {
            KeepNamed(field.FieldType);
        }
        foreach (MethodDefinition method in type.Methods)
        {
            KeepNamed(method);
            if (method.HasBody)
            {
                foreach (VariableDefinition local in method.Body.Variables)
                {
                    KeepNamed(local.VariableType);
                }
                foreach (MemberReference operand in method.Body.Instructions.Select(instruction => instruction.Operand)
                    .OfType<MemberReference>())
                {
                    Keep(operand);
                }
                foreach (ExceptionHandler handler in method.Body.ExceptionHandlers)
                {
                    Keep(handler.CatchType);
                }
            }
        }
    }

    private void KeepNamed(IMethodSignature method)
    {
        KeepNamed(method.ReturnType);
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            KeepNamed(parameter.ParameterType);
        }
    }

    // a signature has a byte for these and needs no reference
    private void KeepNamed(TypeReference type)
    {
        if (!type.GetElementType().IsPrimitive
            && type.GetElementType().MetadataType is not (MetadataType.Void or MetadataType.String or MetadataType.Object))
        {
            Keep(type.GetElementType());
        }
    }

    private void Keep(MemberReference? member)
    {
        if (member is null or IMemberDefinition || !_kept.Add(member.MetadataToken))
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
                _kept.Add(type.Scope.MetadataToken);
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
