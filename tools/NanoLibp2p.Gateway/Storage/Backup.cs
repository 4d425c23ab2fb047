using System;
using System.Collections.Generic;
using System.Formats.Tar;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Gateway.Storage;

/// <summary>
/// All that a gateway keeps in one file: a gzipped tar for its owner alone. Each file of the folder is whole at every moment, so it is
/// taken while the gateway runs.
/// </summary>
internal static class Backup
{
    /// <summary>The folder of the services' own stores.</summary>
    internal const string Stores = "stores";

    private const int MaxFiles = 10_000;
    private const long MaxFileBytes = 1L << 32;

    // what SQLite keeps beside a database, and what is being written
    private static readonly string[] _ofTheMoment = [".new", ".db-wal", ".db-shm", ".db-journal", ".db-lock"];

    private static readonly string[] _files =
    [
        DataFolder.VersionFile, DataFolder.IdentityFile, DataFolder.NoiseKeyFile, DataFolder.HttpTokenFile, DataFolder.TokensFile,
        DataFolder.BlockedFile,
    ];

    /// <summary>Makes one.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="file">Where it goes; never over another file.</param>
    /// <returns>The names of what is in it.</returns>
    /// <exception cref="GatewayException">There is nothing to keep, or a file can't be read or written.</exception>
    internal static IReadOnlyList<string> Write(string data, string file)
    {
        string[] names =
        [
            .. _files.Where(one => File.Exists(Path.Combine(data, one))),
            .. StoreFiles(data).Select(one => Path.GetRelativePath(data, one).Replace('\\', '/')),
        ];
        if (!names.Contains(DataFolder.IdentityFile))
        {
            throw new GatewayException($"there is no gateway's identity in {data}; give its data folder with --data",
                isConfiguration: true);
        }

        if (Path.Exists(file))
        {
            throw new GatewayException($"{file} is there already, and a backup is never overwritten; give another name",
                isConfiguration: true);
        }

        try
        {
            WholeFile.Write(file, file + ".new", whole => Pack(data, names, whole), overwrite: false);
            return names;
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException($"cannot make the backup {file}: {Disk.Why(e)}", inner: e);
        }
    }

    /// <summary>Puts one in the place of a data folder. What is there is kept beside it.</summary>
    /// <param name="file">The backup.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="now">For the name of what was there.</param>
    /// <returns>Where that is now; null when nothing was there.</returns>
    /// <exception cref="GatewayException">A gateway runs on the folder, the backup is damaged or none, or the disk refuses; then all
    /// is as it was.</exception>
    internal static string? Restore(string file, string data, DateTimeOffset now)
    {
        data = Path.TrimEndingDirectorySeparator(Path.GetFullPath(data));
        if (!File.Exists(file))
        {
            throw new GatewayException($"there is no backup {file}", isConfiguration: true);
        }

        if (DataFolder.IsInUse(data))
        {
            throw new GatewayException($"a gateway runs on {data}; end it first with: nanolibp2p gateway drain --data {data}");
        }

        string next = $"{data}.restore-{Environment.ProcessId}";
        string former = string.Create(CultureInfo.InvariantCulture, $"{data}.before-{now:yyyyMMdd-HHmmss}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(data)!);
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(next);
            }
            else
            {
                Directory.CreateDirectory(next, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            Extract(file, next);
            CheckIdentity(file, next);
            ForgetCursors(next);
            bool isThere = Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any();
            if (isThere)
            {
                Directory.Move(data, former);
            }
            else if (Directory.Exists(data))
            {
                Directory.Delete(data);
            }

            Directory.Move(next, data);
            return isThere ? former : null;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new GatewayException($"{file} is no undamaged backup: {e.Message}", isConfiguration: true, e);
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException($"cannot restore {file} to {data}: {Disk.Why(e)}", inner: e);
        }
        finally
        {
            if (Directory.Exists(next))
            {
                Directory.Delete(next, recursive: true);
            }
        }
    }

    private static IEnumerable<string> StoreFiles(string data)
    {
        string stores = Path.Combine(data, Stores);
        return Directory.Exists(stores)
            ? Directory.EnumerateFiles(stores, "*", SearchOption.AllDirectories)
                .Where(one => !_ofTheMoment.Any(end => one.EndsWith(end, StringComparison.Ordinal)))
            : [];
    }

    // piece by piece: a store of mail may have more bytes than there is memory
    private static void Pack(string data, IEnumerable<string> names, Stream whole)
    {
        using GZipStream packed = new(whole, CompressionLevel.Optimal, leaveOpen: true);
        using TarWriter tar = new(packed, TarEntryFormat.Pax);
        foreach (string name in names)
        {
            using Stream content = OpenWhole(Path.Combine(data, name));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = content, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
    }

    // a database that is open is copied by SQLite itself: its latest pages may stand in another file
    private static FileStream OpenWhole(string path)
    {
        if (!path.EndsWith(".db", StringComparison.Ordinal))
        {
            return File.OpenRead(path);
        }

        string copy = $"{path}.{Environment.ProcessId}.new";
        try
        {
            SqliteConnectionStringBuilder from = new() { DataSource = path, Pooling = false };
            SqliteConnectionStringBuilder to = new() { DataSource = copy, Pooling = false };
            using (SqliteConnection source = new(from.ConnectionString))
            using (SqliteConnection target = new(to.ConnectionString))
            {
                source.Open();
                target.Open();
                source.BackupDatabase(target);
            }

            // it goes when it is closed
            return new FileStream(copy, new FileStreamOptions { Options = FileOptions.DeleteOnClose });
        }
        catch (SqliteException e)
        {
            File.Delete(copy);
            throw new IOException($"the store {path} can't be copied: {e.Message}", e);
        }
    }

    private static void Extract(string file, string folder)
    {
        using FileStream stream = File.OpenRead(file);
        using GZipStream packed = new(stream, CompressionMode.Decompress);
        using TarReader tar = new(packed);
        int count = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            string name = entry.Name;
            bool isOwn = Array.IndexOf(_files, name) >= 0 || (name.StartsWith(Stores + "/", StringComparison.Ordinal)
                && name.Split('/').All(part => part.Length > 0 && part != "." && part != ".." && part.IndexOfAny(['\\', ':']) < 0));
            if (!isOwn || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || ++count > MaxFiles
                || entry.Length > MaxFileBytes)
            {
                throw new InvalidDataException($"it has '{(name.Length <= 80 ? name : name[..80])}' in it, which no gateway keeps");
            }

            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using FileStream target = new(path, options);
            entry.DataStream?.CopyTo(target);
        }
    }

    // devices would pass over mail by cursors of what came after the backup
    private static void ForgetCursors(string folder)
    {
        string path = Path.Combine(folder, Stores, MailStore.StandardFile);
        try
        {
            if (File.Exists(path))
            {
                SqlitePostboxStore.ForgetCursors(path);
            }
        }
        catch (SqliteException)
        {
            // it is damaged, which is told when it opens
        }
    }

    private static void CheckIdentity(string file, string folder)
    {
        string path = Path.Combine(folder, DataFolder.IdentityFile);
        byte[] bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        CryptoProvider crypto = DesktopCrypto.Choose();
        try
        {
            Identity.FromProtobuf(crypto, bytes, 0, bytes.Length);
        }
        catch (ArgumentException)
        {
            throw new GatewayException($"{file} has no undamaged identity in it; nothing is restored", isConfiguration: true);
        }
    }
}
