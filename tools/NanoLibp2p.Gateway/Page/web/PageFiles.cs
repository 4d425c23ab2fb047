using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

namespace NanoLibp2p.Gateway.Page;

/// <summary>The files of the gateway's page, as they were built.</summary>
public static class PageFiles
{
    private const string Prefix = "page/";

    /// <summary>Each file by its path, such as <c>index.html</c>; empty when the page was not built, as there was no npm.</summary>
    public static FrozenDictionary<string, byte[]> All { get; } = Read();

    private static FrozenDictionary<string, byte[]> Read()
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
        foreach (string name in assembly.GetManifestResourceNames())
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                using Stream stream = assembly.GetManifestResourceStream(name)!;
                byte[] bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                files.Add(name[Prefix.Length..], bytes);
            }
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
