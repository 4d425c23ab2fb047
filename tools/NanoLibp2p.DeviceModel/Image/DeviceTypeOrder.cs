using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;

namespace NanoLibp2p.DeviceModel;

/// <summary>
/// The order in which types are written: by name, but after the type that they are nested in, the interfaces that they implement and the
/// types in the signatures of methods that they call.
/// </summary>
internal static class DeviceTypeOrder
{
    public static IReadOnlyList<TypeDefinition> Of(ModuleDefinition module)
    {
        List<TypeDefinition> ordered = new();
        HashSet<TypeDefinition> begun = new();
        foreach (TypeDefinition type in module.GetTypes().Where(type => type.Name != "<Module>")
            .OrderBy(type => type.FullName, StringComparer.OrdinalIgnoreCase))
        {
            Add(type);
        }
        return ordered;

        void Add(TypeReference? reference)
        {
            // types of other assemblies are not definitions here
            if (reference?.GetElementType() is not TypeDefinition type || begun.Contains(type))
            {
                return;
            }
            Add(type.DeclaringType);
            foreach (InterfaceImplementation implementation in type.Interfaces)
            {
                Add(implementation.InterfaceType);
            }
            if (!begun.Add(type))
            {
                return;
            }
            foreach (MethodReference called in type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions)
                .Select(instruction => instruction.Operand).OfType<MethodReference>())
            {
                Add(called.ReturnType);
                foreach (ParameterDefinition parameter in called.Parameters)
                {
                    Add(parameter.ParameterType);
                }
            }
            ordered.Add(type);
        }
    }
}
