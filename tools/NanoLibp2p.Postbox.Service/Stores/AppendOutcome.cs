namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What <see cref="IPostboxStore.AppendAsync"/> did with one entry.</summary>
public enum AppendOutcome
{
    /// <summary>It is kept, as durably as <see cref="IPostboxStore.Durability"/> says.</summary>
    Kept,

    /// <summary>It is kept, and what waited in its slot is <see cref="PostboxState.Replaced"/>, both in one step.</summary>
    Replaced,

    /// <summary>The mailbox has a head of this id, waiting or settled; nothing changed.</summary>
    Exists,

    /// <summary>No room; nothing changed.</summary>
    Full,

    /// <summary>Longer than <see cref="IPostboxStore.MaxItem"/>; nothing changed.</summary>
    TooLarge,

    /// <summary>The mailbox was not saved, or was dropped; nothing changed.</summary>
    NoMailbox,

    /// <summary>The store failed, or may only be read: <see cref="PostboxAppend.Reason"/>. Whether the entry is kept is unknown: appended
    /// again it is new or <see cref="Exists"/>, never twice.</summary>
    Failed,
}
