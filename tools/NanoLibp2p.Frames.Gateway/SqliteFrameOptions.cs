namespace NanoLibp2p.Frames.Gateway;

/// <summary>Where a <see cref="SqliteFrameStore"/> is, and how it knows that it went back to a copy.</summary>
public sealed class SqliteFrameOptions
{
    /// <summary>The database; made where there is none.</summary>
    public required string Path { get; init; }

    /// <summary>A small file in a place that no backup of the database holds, such as a directory of the machine's state: it has the random
    /// number of the process that used the database last (SPEC.md 7, G5).</summary>
    public required string IncarnationPath { get; init; }

    /// <summary>A second database beside that file, which keeps what was acknowledged and is not published yet: a copy of the first that is
    /// put back does not know it. Made where there is none, and anew where it is damaged; null for none.</summary>
    public string? OutboxPath { get; init; }

    /// <summary>Bytes that it may have, in pages of 4,096; 0 for what the disk has. What is there stays: a store that has reached them
    /// takes nothing until messages were published.</summary>
    public long MaxBytes { get; init; }

    /// <summary>Whether the operator says that the database is a copy.</summary>
    public bool IsRestored { get; init; }
}
