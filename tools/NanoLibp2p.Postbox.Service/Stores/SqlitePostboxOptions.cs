using System;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>How a <see cref="SqlitePostboxStore"/> keeps its mail.</summary>
public sealed class SqlitePostboxOptions
{
    /// <summary>The database's file. SQLite keeps two more beside it while it is open, and the store a lock: <c>-wal</c>, <c>-shm</c>,
    /// <c>-lock</c>. On a local disk: SQLite's locks don't hold over networks.</summary>
    public required string Path { get; init; }

    /// <summary><see cref="StoreDurability.PowerCut"/> syncs before it answers. <see cref="StoreDurability.Process"/> is many times
    /// faster for deposits that come one by one; a power cut may then lose the last seconds of what was acknowledged.</summary>
    public StoreDurability Durability { get; init; } = StoreDurability.PowerCut;

    /// <summary>The most bytes of live data; 0 for as much as the disk holds.</summary>
    public long MaxBytes { get; init; }

    /// <summary>How many bytes of the disk are never used, so that acknowledgements and expiry still work when deposits are refused;
    /// -1 for the larger of 64 MiB and a twentieth of the disk, but no more than 1 GiB.</summary>
    public long ReserveBytes { get; init; } = -1;

    /// <summary>How many seconds a write waits for the lock of another program that looks at the file.</summary>
    internal int LockSeconds { get; init; } = 5;

    /// <summary>The disk's free bytes and size, where a test tells them; null for the disk's own.</summary>
    internal Func<(long Free, long Total)>? Disk { get; init; }

    /// <summary>Called at each stage of a write; where a test has the device fail, it throws.</summary>
    internal Action<SqliteStage>? AtStage { get; init; }
}
