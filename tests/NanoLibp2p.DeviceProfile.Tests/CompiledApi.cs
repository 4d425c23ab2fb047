using Mono.Cecil;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>Lists what a compiled reference assembly offers to others, in the notation of the facts.</summary>
internal static class CompiledApi
{
    public static IEnumerable<string> Read(string path)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(path);
        foreach (TypeDefinition type in module.GetTypes().Where(type => type.IsPublic || type.IsNestedPublic))
        {
            yield return Name(type);
            if (type.BaseType?.FullName is "System.MulticastDelegate")
            {
                continue; // the facts give a delegate's signature in one line
            }

            foreach (FieldDefinition field in type.Fields.Where(field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName))
            {
                yield return $"F {Name(type)}.{field.Name}():{Name(field.FieldType)}";
            }

            foreach (PropertyDefinition property in type.Properties.Where(property => IsVisible(property.GetMethod ?? property.SetMethod)))
            {
                yield return $"P {Name(type)}.{property.Name}({Parameters(property.Parameters)}):{Name(property.PropertyType)}";
            }

            foreach (EventDefinition @event in type.Events.Where(@event => IsVisible(@event.AddMethod)))
            {
                yield return $"E {Name(type)}.{@event.Name}():{Name(@event.EventType)}";
            }

            foreach (MethodDefinition method in type.Methods.Where(method => IsVisible(method) && IsListed(type, method)))
            {
                yield return $"M {Name(type)}.{method.Name}({Parameters(method.Parameters)}):{Name(method.ReturnType)}";
            }
        }
    }

    private static bool IsVisible(MethodDefinition method) => method.IsPublic || method.IsFamily;

    private static bool IsListed(TypeDefinition type, MethodDefinition method) =>
        method is { IsGetter: false, IsSetter: false, IsAddOn: false, IsRemoveOn: false } && method.Name is not ("Finalize" or ".cctor")
        // an override that C# demands of a sealed class, which the facts leave out
        && !(method.IsFamily && type.IsSealed && method.IsVirtual && !method.IsNewSlot);

    private static string Parameters(IEnumerable<ParameterDefinition> parameters) =>
        string.Join(",", parameters.Select(parameter => Name(parameter.ParameterType)));

    private static string Name(TypeReference type) => type.FullName.Replace('/', '+');
}
