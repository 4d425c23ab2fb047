using System;
using System.IO;

namespace NanoLibp2p.Hal.Desktop;

/// <summary>
/// Files that are there whole or not at all: written under another name beside the place, brought to the disk, then renamed. They are for
/// their owner alone where the system knows owners.
/// </summary>
public static class WholeFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file. When it fails, such as on a full disk, what was there before stays and nothing else is left
    /// behind.</summary>
    /// <param name="path">Where.</param>
    /// <param name="next">Where it is written first, in the same folder; what an earlier run left there goes.</param>
    /// <param name="bytes">All of its bytes.</param>
    /// <param name="overwrite">Whether it may take the place of another.</param>
    /// <exception cref="IOException">It can't be written, or is there already.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not this user's to write to.</exception>
    public static void Write(string path, string next, ReadOnlySpan<byte> bytes, bool overwrite)
    {
        try
        {
            using (FileStream file = Create(next, bufferSize: 0))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(next);
            throw;
        }
    }

    /// <summary>Writes a file piece by piece: one that need not fit in memory.</summary>
    /// <param name="path">Where.</param>
    /// <param name="next">Where it is written first, in the same folder; what an earlier run left there goes.</param>
    /// <param name="write">Writes its bytes. What it throws is thrown on, and nothing is left behind.</param>
    /// <param name="overwrite">Whether it may take the place of another.</param>
    /// <exception cref="IOException">It can't be written, or is there already.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not this user's to write to.</exception>
    public static void Write(string path, string next, Action<Stream> write, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(write);
        bool isWhole = false;
        try
        {
            using (FileStream file = Create(next, bufferSize: 64 * 1024))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite);
            isWhole = true;
        }
        finally
        {
            if (!isWhole)
            {
                TryDelete(next);
            }
        }
    }

    private static FileStream Create(string next, int bufferSize)
    {
        // what a power cut left there may be of another mode
        File.Delete(next);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(next, options);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // what kept it from being written is told
        }
    }
}
