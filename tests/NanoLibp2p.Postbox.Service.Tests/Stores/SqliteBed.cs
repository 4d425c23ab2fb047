using System;
using System.IO;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>A folder with one SQLite store, and what can happen to it.</summary>
public sealed class SqliteBed : StoreBed
{
    private readonly string _folder = Directory.CreateTempSubdirectory("postbox").FullName;
    private readonly long _maxBytes;

    /// <summary>An empty folder.</summary>
    /// <param name="maxBytes">The store's most bytes; 0 for any.</param>
    public SqliteBed(long maxBytes = 0) => _maxBytes = maxBytes;

    /// <summary>The store's file.</summary>
    public string Path => System.IO.Path.Combine(_folder, "postbox.db");

    /// <summary>The disk's free bytes, of a thousand millions.</summary>
    public long DiskFree { get; set; } = 900_000_000;

    /// <summary>What asking the disk for its room throws; null for nothing.</summary>
    public Exception? DiskFault { get; set; }

    /// <summary>What the device does at each stage; null for nothing.</summary>
    internal Action<SqliteStage>? Device { get; set; }

    /// <summary>A store on the file, not open.</summary>
    /// <returns>The store.</returns>
    public SqlitePostboxStore NewSqlite() => new(new SqlitePostboxOptions
    {
        Path = Path, MaxBytes = _maxBytes, LockSeconds = 1,
        Disk = () => DiskFault == null ? (DiskFree, 1_000_000_000) : throw DiskFault,
        AtStage = stage => Device?.Invoke(stage),
    });

    /// <inheritdoc/>
    public override IPostboxStore NewStore() => NewSqlite();

    /// <summary>Opens the file by other means.</summary>
    /// <returns>The connection, open.</returns>
    public SqliteConnection Connect()
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    /// <summary>The n-th occurrence of some bytes in the file; -1 for none.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>Its place.</returns>
    public int IndexOf(ReadOnlySpan<byte> bytes) => File.ReadAllBytes(Path).AsSpan().IndexOf(bytes);

    /// <summary>Writes over a part of the file.</summary>
    /// <param name="offset">Where.</param>
    /// <param name="bytes">What.</param>
    public void Overwrite(long offset, ReadOnlySpan<byte> bytes)
    {
        using FileStream file = new(Path, FileMode.Open, FileAccess.Write);
        file.Seek(offset, SeekOrigin.Begin);
        file.Write(bytes);
    }

    /// <summary>All that is in any file of the folder.</summary>
    /// <returns>The files' bytes, one after the other.</returns>
    public byte[] AllBytes()
    {
        using MemoryStream all = new();
        foreach (string file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            // the lock can't be read while it is held, and is empty
            if (file.EndsWith("-lock", StringComparison.Ordinal))
            {
                Assert.Equal(0, new FileInfo(file).Length);
                continue;
            }

            all.Write(File.ReadAllBytes(file));
        }

        return all.ToArray();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }
}
