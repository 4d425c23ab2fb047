using System.IO;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>
/// Where radios keep their airtime after the data beside it went back to a copy: begun anew, and what is not in it yet is a value that
/// can't be read. So a radio of which it knows nothing has used its hour (frame sessions, SPEC.md 13.1), and not none of it.
/// </summary>
internal sealed class CopiedStore(FileStore store) : IStore
{
    private const int Unreadable = -2;

    /// <summary>The store of a folder's airtime.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="copy">Names the copy that it went back to last, as letters and digits; empty when it never did.</param>
    internal static IStore Open(string folder, string copy)
        => copy.Length == 0 ? new FileStore(folder) : new CopiedStore(new FileStore(Path.Combine(folder, copy)));

    /// <inheritdoc/>
    public int Read(string name, byte[] buffer, int offset, int capacity)
    {
        int count = store.Read(name, buffer, offset, capacity);
        return count == -1 ? Unreadable : count;
    }

    /// <inheritdoc/>
    public bool Write(string name, byte[] buffer, int offset, int count) => store.Write(name, buffer, offset, count);
}
