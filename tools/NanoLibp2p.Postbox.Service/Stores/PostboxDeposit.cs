using System;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What <see cref="IPostboxStore.AppendAsync"/> keeps: a head to be, and its body. There is no field for who deposited it, so
/// that no store can keep that (SPEC.md 18).</summary>
public sealed class PostboxDeposit
{
    /// <summary>Whose mail it is. The mailbox must have been saved.</summary>
    public required BoxId Box { get; init; }

    /// <summary>The SHA-256 of <see cref="Item"/>. The caller answers for that; a store does not compute it again before it keeps
    /// it.</summary>
    public required ItemId Id { get; init; }

    /// <summary>The body, at least 1 byte and at most <see cref="IPostboxStore.MaxItem"/>. Belongs to the store until the append is
    /// done; must not change meanwhile. Empty where <see cref="State"/> is another than waiting.</summary>
    public ReadOnlyMemory<byte> Item { get; init; }

    /// <summary>Bytes 2 to 9 of the body, as a <c>fixed64</c> field holds them.</summary>
    public ulong Tag { get; init; }

    /// <summary>The slot as kept (SPEC.md 10.2); 0 for none.</summary>
    public ulong Slot { get; init; }

    /// <summary>When it was deposited, Unix seconds.</summary>
    public uint Arrived { get; init; }

    /// <summary>Until when it is kept, Unix seconds. A store never looks at a clock, and removes nothing by itself.</summary>
    public uint Until { get; init; }

    /// <summary>Of which topic it is; 0 for sealed mail.</summary>
    public uint Topic { get; init; }

    /// <summary>1 sealed, 2 from a topic.</summary>
    public byte Form { get; init; } = 1;

    /// <summary>0 to 3.</summary>
    public byte Priority { get; init; }

    /// <summary>0 to 3.</summary>
    public byte Lane { get; init; }

    /// <summary>Waiting; another for the copy of a settled head of another store, which has no body.</summary>
    public PostboxState State { get; init; } = PostboxState.Waiting;

    /// <summary>The proof of a settled head that is copied; 0 for none.</summary>
    public ulong Proof { get; init; }

    /// <summary>The bytes that the body of a settled head had; ignored for one that waits.</summary>
    public int SettledSize { get; init; }

    /// <summary>The head that it becomes.</summary>
    /// <param name="sequence">The store's number.</param>
    /// <returns>A new head.</returns>
    internal PostboxHead ToHead(long sequence) => new()
    {
        Sequence = sequence, Box = Box, Id = Id, Tag = Tag, Slot = Slot, Proof = Proof,
        Size = State == PostboxState.Waiting ? Item.Length : SettledSize, Arrived = Arrived, Until = Until, Topic = Topic, Form = Form,
        Priority = Priority, Lane = Lane, State = State,
    };
}
