namespace NanoLibp2p.Postbox.Nats;

/// <summary>What a message of the stream says.</summary>
internal enum NatsRecordKind : byte
{
    /// <summary>An item has come, and is the body; or the fate of one, copied from another store.</summary>
    Item = 1,

    /// <summary>An item waits no more. In the item's place, without a body.</summary>
    Fate = 2,

    /// <summary>A mailbox is new or has changed.</summary>
    Saved = 3,

    /// <summary>A mailbox is gone, and all that came before in it.</summary>
    Dropped = 4,

    /// <summary>Heads are gone.</summary>
    Forgotten = 5,

    /// <summary>What a gateway keeps of the stream is as of here (<see cref="NatsMark"/>).</summary>
    Mark = 6,
}
