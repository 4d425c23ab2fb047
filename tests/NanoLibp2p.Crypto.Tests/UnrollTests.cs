using System.IO;
using NanoLibp2p.Crypto.Unroll;

namespace NanoLibp2p.Crypto.Tests;

public sealed class UnrollTests
{
    [Fact]
    public void The_unrolled_files_are_what_the_program_writes()
    {
        string folder = Folder();
        foreach ((string name, string text) in Files.All())
        {
            Assert.True(text == File.ReadAllText(Path.Combine(folder, name)),
                $"{name} differs; run: dotnet run --project tools/NanoLibp2p.Crypto.Unroll -- protocols/NanoLibp2p.Crypto");
        }
    }

    private static string Folder()
    {
        DirectoryInfo? at = new(System.AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Directory.Packages.props")))
        {
            at = at.Parent;
        }

        return Path.Combine(at.FullName, "protocols", "NanoLibp2p.Crypto");
    }
}
