using System;
using System.IO;
using System.Security.Cryptography;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>
/// What a virtual board on a radio keeps over its end. A folder that went back to a copy would use numbers twice under one key, and know of
/// less airtime than was used; it is noticed by a random value that changes with each start and is also kept outside of the folder (frame
/// sessions, SPEC.md 7). Who has such a folder is provisioned anew, and waits an hour.
/// </summary>
internal sealed class RadioFolder
{
    private const string Incarnation = "incarnation";
    private const string Copied = "copied";
    private const int ValueBytes = 16;

    private readonly FileStore _store;
    private readonly string _outside;
    private readonly byte[] _next = RandomNumberGenerator.GetBytes(ValueBytes);

    /// <summary>Opens a folder, which is made if it is not there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cache">One outside of it, which copies of it don't have.</param>
    /// <param name="peer">Whose it is.</param>
    internal RadioFolder(string folder, string cache, PeerId peer)
    {
        _store = new FileStore(folder);
        _outside = Path.Combine(cache, $"radio-{peer}");
        byte[]? inside = Read(Incarnation);
        byte[]? outside = null;
        try
        {
            Directory.CreateDirectory(cache);
            outside = File.Exists(_outside) ? File.ReadAllBytes(_outside) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // as if it were gone
        }

        bool isSame = inside != null && outside != null && inside.AsSpan().SequenceEqual(outside);
        IsCopy = (inside != null || outside != null) && !isSame;
        Airtime = CopiedStore.Open(folder, Convert.ToHexString(IsCopy ? _next : Read(Copied) ?? []));
    }

    /// <summary>Whether it is not what the process that used it last left.</summary>
    internal bool IsCopy { get; }

    /// <summary>What outlives the board.</summary>
    internal IStore Store => _store;

    /// <summary>Airtime that it used.</summary>
    internal IStore Airtime { get; }

    /// <summary>What was done because it is a copy is in the store: the next start is an ordinary one. To be called before a frame
    /// goes.</summary>
    /// <exception cref="IOException">The folder takes nothing.</exception>
    /// <returns>Why the place outside can't be written, so that the next start counts as one from a copy; null when it can.</returns>
    internal string? Settle()
    {
        if ((IsCopy && !_store.Write(Copied, _next, 0, ValueBytes)) || !_store.Write(Incarnation, _next, 0, ValueBytes))
        {
            throw new IOException("its folder can't be written");
        }

        try
        {
            WholeFile.Write(_outside, _outside + ".new", _next, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private byte[]? Read(string name)
    {
        byte[] value = new byte[ValueBytes];
        int count = _store.Read(name, value, 0, ValueBytes);
        return count == -1 ? null : value[..Math.Max(count, 0)];
    }
}
