using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace NanoLibp2p.Hal.Desktop;

/// <summary>
/// A store in a folder, a file for each value. A value is written whole (<see cref="WholeFile"/>), so that whoever reads finds the old
/// one or the new. Files are for their owner alone where the system knows owners: the identity is a secret.
/// </summary>
/// <remarks>
/// A power cut right after <see cref="Write"/> may bring the old value back: the folder itself is not flushed, which .NET has no call for.
/// </remarks>
public sealed class FileStore : IStore
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder;

    /// <summary>Uses a folder, which is made if it is not there.</summary>
    public FileStore(string folder)
    {
        _folder = folder;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerAlone);
        }
    }

    /// <inheritdoc/>
    public int Read(string name, byte[] buffer, int offset, int capacity)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(PathOf(name));
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
        try
        {
            string path = PathOf(name);
            WholeFile.Write(path, path + ".new", buffer.AsSpan(offset, count), overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, StoreName.Check(name));
}
