using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>Compiles a snippet as the shared source is compiled for the device: C# 9, optimised, against the generated surface.</summary>
internal static class DeviceCompiler
{
    private static readonly MetadataReference[] _references =
        [.. DeviceAssemblies.Surface.Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>Ids of the errors, empty where the snippet compiles.</summary>
    public static IReadOnlyList<string> Errors(string source) => Compile(source, Stream.Null);

    /// <summary>The compiled snippet. One that doesn't compile fails the test with the compiler's words.</summary>
    public static MemoryStream Assembly(string source)
    {
        MemoryStream stream = new();
        string[] errors = Compile(source, stream);
        Assert.True(errors.Length == 0, string.Join('\n', errors));
        stream.Position = 0;
        return stream;
    }

    private static string[] Compile(string source, Stream output)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(
            source,
            new CSharpParseOptions(LanguageVersion.CSharp9),
            cancellationToken: TestContext.Current.CancellationToken);
        CSharpCompilationOptions options = new(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true);
        CSharpCompilation compilation = CSharpCompilation.Create("Snippet", [tree], _references, options);
        return compilation.Emit(output, cancellationToken: TestContext.Current.CancellationToken).Diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => diagnostic.ToString())
            .ToArray();
    }
}
