using System.Runtime.CompilerServices;

namespace NanoLibp2p.Mono.Tests;

/// <summary>A test that needs Mono. Where Mono is not installed its name says so, and it is skipped.</summary>
internal sealed class WithMonoFactAttribute : FactAttribute
{
    public WithMonoFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (MonoProcess.Path == null)
        {
            Skip = "Mono is not installed (apt-get install mono-devel)";
        }
    }
}
