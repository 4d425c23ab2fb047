using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using NanoLibp2p.Footprint.Metering;

namespace NanoLibp2p.Footprint.Tests;

/// <summary>A few lines of C#, compiled with optimization, rewritten and loaded.</summary>
internal sealed class Sample : IDisposable
{
    private readonly Meter _meter;
    private readonly Type _type;

    /// <param name="members">Members of a static class <c>S</c>.</param>
    /// <param name="beside">Types beside it.</param>
    public Sample(string members, string beside = "")
    {
        byte[] image = Compile(members, beside);
        _meter = new Meter(name => name == "Sample" ? image : null);
        _type = _meter.Load("Sample").GetType("S", throwOnError: true)!;
    }

    /// <summary>Counts one call of a method of <c>S</c>.</summary>
    public Measurement Count(string method, params object[] arguments)
    {
        MethodInfo called = _type.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!;
        return _meter.Measure(() => called.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null));
    }

    public static byte[] Compile(string members, string beside = "")
    {
        string source = $"using System;\npublic static class S {{ {members} }}\n{beside}";
        IEnumerable<string> platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "System.Private.CoreLib.dll" or "System.Runtime.dll" or "System.Console.dll");
        CSharpCompilation compilation = CSharpCompilation.Create("Sample",
            [CSharpSyntaxTree.ParseText(source, CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp9))],
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        MemoryStream output = new();
        EmitResult result = compilation.Emit(output);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return output.ToArray();
    }

    public void Dispose() => _meter.Dispose();
}
