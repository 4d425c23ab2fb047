using System;
using System.IO;

namespace NanoLibp2p.Cli.Tests;

/// <summary>A folder for a test's files, which goes with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nanolibp2p-");

    /// <summary>The path of a file in it.</summary>
    internal string File(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
