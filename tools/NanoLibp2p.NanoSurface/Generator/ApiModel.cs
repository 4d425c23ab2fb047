using System.Collections.Generic;

namespace NanoLibp2p.NanoSurface.Generator;

/// <summary>One published assembly, as its facts file describes it.</summary>
/// <param name="FileName">Name of the facts file, which every generated file cites.</param>
/// <param name="AssemblyName">Name without extension, as other assemblies reference it.</param>
/// <param name="AssemblyVersion">Four-part version from the header of the facts.</param>
/// <param name="Package">Package id that ships the assembly.</param>
/// <param name="PackageVersion">Version of that package which the facts were taken from.</param>
/// <param name="References">Names of the assemblies that it references.</param>
/// <param name="Types">Public types in the order of the facts.</param>
public sealed record ApiAssembly(
    string FileName,
    string AssemblyName,
    string AssemblyVersion,
    string Package,
    string PackageVersion,
    IReadOnlyList<string> References,
    IReadOnlyList<ApiType> Types);

/// <summary>A public type: <c>Namespace.Outer+Inner</c>, its kind (class, struct, enum, interface, delegate) and its members.</summary>
public sealed class ApiType(string fullName, string kind, IReadOnlySet<string> flags, IReadOnlyList<string> bases, ApiMember? signature)
{
    public string FullName { get; } = fullName;

    public string Kind { get; } = kind;

    public IReadOnlySet<string> Flags { get; } = flags;

    /// <summary>Base class and interfaces, or an enum's underlying type.</summary>
    public IReadOnlyList<string> Bases { get; } = bases;

    /// <summary>The invoke signature of a delegate, otherwise null.</summary>
    public ApiMember? Signature { get; } = signature;

    public List<ApiMember> Members { get; } = [];

    public List<ApiType> Nested { get; } = [];

    public string Namespace => FullName.LastIndexOf('.') is var dot and >= 0 ? FullName[..dot] : "";

    /// <summary>Name inside the namespace or the outer type, without arity.</summary>
    public string Name => FullName[(FullName.LastIndexOfAny(['.', '+']) + 1)..].Split('`')[0];

    public bool IsClass => Kind == "class";
}

/// <summary>A member. <paramref name="Kind"/> is F, P, E or M as in the facts.</summary>
public sealed record ApiMember(
    char Kind,
    string Name,
    string Type,
    IReadOnlyList<ApiParameter> Parameters,
    IReadOnlySet<string> Flags,
    string? Constant = null,
    bool HasGetter = false,
    bool HasSetter = false);

/// <summary>A parameter. <paramref name="Modifier"/> is empty, out, ref, in or params; <paramref name="Default"/> as written in the
/// facts.</summary>
public sealed record ApiParameter(string Modifier, string Type, string Name, string? Default);
