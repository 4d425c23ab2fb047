using System;
using System.IO;
using System.Text.Json;
using Xunit;

namespace NanoLibp2p.Tests;

/// <summary>
/// Vector files that are published elsewhere and stay out of the project. They are looked for in NANOLIBP2P_VECTORS, in tests/vectors,
/// and in ../shared/vectors beside the repository; a test that needs one and does not find it is skipped, and says so.
/// </summary>
public static class SharedVectors
{
    /// <summary>The full path of a vector file such as <c>wycheproof/x25519_test.json</c>, or null.</summary>
    public static string? Find(string name)
    {
        string? named = Environment.GetEnvironmentVariable("NANOLIBP2P_VECTORS");
        if (!string.IsNullOrEmpty(named) && File.Exists(Path.Combine(named, name)))
        {
            return Path.Combine(named, name);
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            foreach (string folder in new[] { "tests/vectors", "../shared/vectors" })
            {
                string path = Path.GetFullPath(Path.Combine(at.FullName, folder, name));
                if (File.Exists(path) && File.Exists(Path.Combine(at.FullName, "Directory.Packages.props")))
                {
                    return path;
                }
            }
        }

        return null;
    }

    /// <summary>The file's JSON. Skips the running test when the file is not there.</summary>
    public static JsonDocument Read(string name)
    {
        string? path = Find(name);
        Assert.SkipWhen(path == null,
            $"vectors/{name} was not found: put it in tests/vectors, or name its folder in NANOLIBP2P_VECTORS");
        return JsonDocument.Parse(File.ReadAllText(path!));
    }
}
