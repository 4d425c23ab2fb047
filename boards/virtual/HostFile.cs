using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace NanoLibp2p.Boards.Virtual;

/// <summary>A small file in which the kernel tells a figure, such as /proc/loadavg; read anew each time, with nothing allocated.</summary>
internal sealed class HostFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer;

    private HostFile(SafeFileHandle handle, int size)
    {
        _handle = handle;
        _buffer = new byte[size];
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="size">How much of its beginning is read.</param>
    /// <returns>Null when it is not there or is not for this user.</returns>
    public static HostFile? TryOpen(string path, int size)
    {
        try
        {
            return new HostFile(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What the kernel says now; valid until the next call.</summary>
    public ReadOnlySpan<byte> Read() => _buffer.AsSpan(0, RandomAccess.Read(_handle, _buffer, 0));

    public void Dispose() => _handle.Dispose();
}
