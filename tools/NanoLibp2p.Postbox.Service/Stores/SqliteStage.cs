namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>Where a write can fail.</summary>
internal enum SqliteStage
{
    /// <summary>A row is about to be written: the transaction will be rolled back.</summary>
    Write,

    /// <summary>All is written, and not committed.</summary>
    Commit,

    /// <summary>It is committed, but that was not told yet.</summary>
    Committed,
}
