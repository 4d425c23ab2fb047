using System;
using System.IO;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Virtual;

/// <summary>
/// A store in a folder, a file for each value. A value is written beside the old one, brought to the disk and then renamed over it, so
/// that whoever reads finds one or the other. Files are for their owner alone where the system knows owners: the identity is a secret.
/// </summary>
/// <remarks>
/// A power cut right after <see cref="Write"/> may bring the old value back: the folder itself is not flushed, which .NET has no call for.
/// </remarks>
public sealed class FileStore : IStore
{
    private const string NewSuffix = ".new";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;

    /// <summary>Uses a folder, which is made if it is not there.</summary>
    public FileStore(string folder)
    {
        this.folder = folder;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    /// <inheritdoc/>
    public int Read(string name, byte[] buffer, int offset, int capacity)
    {
        try
        {
            using var file = File.OpenHandle(PathOf(name));
            long length = RandomAccess.GetLength(file);
            if (length > capacity)
            {
                return -2;
            }

            return RandomAccess.Read(file, buffer.AsSpan(offset, (int)length), 0) == length ? (int)length : -2;
        }
        catch (FileNotFoundException)
        {
            return -1;
        }
        catch (DirectoryNotFoundException)
        {
            return -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -2;
        }
    }

    /// <inheritdoc/>
    public bool Write(string name, byte[] buffer, int offset, int count)
    {
        string path = PathOf(name);
        string next = path + NewSuffix;
        try
        {
            // what a power cut left there may be of another mode
            File.Delete(next);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using (var file = new FileStream(next, options))
            {
                file.Write(buffer, offset, count);
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string PathOf(string name) => Path.Combine(folder, StoreName.Check(name));
}
