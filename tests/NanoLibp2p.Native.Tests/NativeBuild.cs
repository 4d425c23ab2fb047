using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace NanoLibp2p.Native.Tests;

/// <summary>Compiles the native sources into one shared library, once in a test run, with this machine's compilers and libsodium.</summary>
internal static class NativeBuild
{
    private static readonly Lazy<(string? Library, string? Missing)> _built = new(Build);

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where the C layer and the stubs lie.</summary>
    public static string Sources => Path.Combine(Root, "firmware/native/InteropAssemblies/NanoLibp2p.Crypto.Native");

    /// <summary>The managed half, as the build made it for the device.</summary>
    public static string ManagedHalf => Path.Combine(Root, "firmware/native/NanoLibp2p.Crypto.Native/bin",
        typeof(NativeBuild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Configuration").Value!,
        "netnano1.0/NanoLibp2p.Crypto.Native.dll");

    /// <summary>The shared library; null when <see cref="Missing"/> says why.</summary>
    public static string? Library => _built.Value.Library;

    /// <summary>What this machine lacks, or null.</summary>
    public static string? Missing => _built.Value.Missing;

    /// <summary>What a program printed. Throws when it does not end with 0.</summary>
    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start =
            new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}{errors.Result}");
        }

        return output;
    }

    /// <summary>Whether a program is on the PATH.</summary>
    public static bool Has(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static (string? Library, string? Missing) Build()
    {
        foreach (string compiler in new[] { "gcc", "g++" })
        {
            if (!Has(compiler))
            {
                return (null, $"{compiler} was not found (Debian: apt-get install gcc g++ libsodium-dev)");
            }
        }

        if (!File.Exists("/usr/include/sodium.h"))
        {
            return (null, "/usr/include/sodium.h was not found (Debian: apt-get install libsodium-dev)");
        }

        string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "native")).FullName;
        string layer = Path.Combine(folder, "nanolibp2p_crypto.o"), library = Path.Combine(folder, "libnanolibp2p_native.so");
        string[] warnings = ["-O2", "-fPIC", "-Wall", "-Wextra", "-Werror"];
        Run("gcc", ["-std=c11", .. warnings, "-c", Path.Combine(Sources, "nanolibp2p_crypto.c"), "-o", layer]);
        string doubles = Path.Combine(Root, "tests/NanoLibp2p.Native.Tests/nanoclr");
        Run("g++", ["-std=c++17", .. warnings, "-shared", "-I", doubles, "-I", Sources,
            .. Directory.GetFiles(Sources, "*.cpp"), Path.Combine(doubles, "call.cpp"), layer, "-o", library, "-lsodium"]);
        return (library, null);
    }

    private static string FindRoot()
    {
        DirectoryInfo at = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Directory.Packages.props")))
        {
            at = at.Parent!;
        }

        return at.FullName;
    }
}
