using System;
using System.IO;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>A folder for a test's files, which goes with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nanolibp2p-");

    internal string Path => _folder.FullName;

    /// <summary>The path of a file in it.</summary>
    internal string File(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file in it.</summary>
    internal string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
