using System;
using System.IO;
using NanoLibp2p.Frames.Gateway;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Tests of a gateway's store in a file: each has a folder of its own.</summary>
public abstract class StoreFolder : IDisposable
{
    /// <summary>Deleted with all that is in it.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("frames-").FullName;

    /// <summary>A store with a second file and a place for its incarnation.</summary>
    protected SqliteFrameOptions Options => new()
    {
        Path = Path.Combine(Folder, "frames.db"), IncarnationPath = Path.Combine(Folder, "incarnation"),
        OutboxPath = Path.Combine(Folder, "outbox.db"),
    };

    /// <summary>Deletes the folder.</summary>
    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
