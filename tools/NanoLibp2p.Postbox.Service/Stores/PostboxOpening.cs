namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What opening a store found.</summary>
public sealed class PostboxOpening
{
    /// <summary>A random number made with the store: a cursor of another is not this store's.</summary>
    public required uint Epoch { get; init; }

    /// <summary>How many mailboxes were told to the observer.</summary>
    public required int Mailboxes { get; init; }

    /// <summary>How many heads were told to the observer.</summary>
    public required long Heads { get; init; }

    /// <summary>The largest <see cref="PostboxHead.Sequence"/> that was ever given, 0 for none: a cursor beyond it is of a state that this
    /// store lost, by being restored from a backup.</summary>
    public required long LastSequence { get; init; }

    /// <summary>Whether it takes anything. If not, it serves what is whole, and <see cref="Problem"/> says why.</summary>
    public bool IsWritable => Problem == null;

    /// <summary>What is damaged, where, and what to do; null when nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>What the operator should know though nothing is wrong with the store; null for nothing.</summary>
    public string? Note { get; init; }
}
