namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// All that is known of an item but its body. Never changes: what becomes of the item is told with a new head of the same
/// <see cref="Sequence"/>. An index may keep it.
/// </summary>
public sealed class PostboxHead
{
    /// <summary>The store's number of the item: larger than that of every item that came before, in any mailbox; never used again, also
    /// not after a restart. What a cursor is made of, with <see cref="PostboxOpening.Epoch"/>.</summary>
    public required long Sequence { get; init; }

    /// <summary>Whose mail it is.</summary>
    public required BoxId Box { get; init; }

    /// <summary>The SHA-256 of the body.</summary>
    public required ItemId Id { get; init; }

    /// <summary>Bytes 2 to 9 of the body, as a <c>fixed64</c> field holds them (little-endian).</summary>
    public ulong Tag { get; init; }

    /// <summary>The slot as kept (SPEC.md 10.2), as a <c>fixed64</c> field holds it; 0 for none.</summary>
    public ulong Slot { get; init; }

    /// <summary>The delivery proof that came with the acknowledgement; 0 for none.</summary>
    public ulong Proof { get; init; }

    /// <summary>Bytes of the body, also when it is gone.</summary>
    public int Size { get; init; }

    /// <summary>When it was deposited by the gateway's clock, Unix seconds.</summary>
    public uint Arrived { get; init; }

    /// <summary>Until when it is kept, Unix seconds.</summary>
    public uint Until { get; init; }

    /// <summary>Of which of the mailbox's topics it is: a number that the service makes of the topic's name; 0 for sealed mail.</summary>
    public uint Topic { get; init; }

    /// <summary>The item's form: 1 sealed, 2 from a topic.</summary>
    public byte Form { get; init; } = 1;

    /// <summary>0 to 3, the highest first.</summary>
    public byte Priority { get; init; }

    /// <summary>0 for strangers, 1 to 3 by token (SPEC.md 9.1).</summary>
    public byte Lane { get; init; }

    /// <summary>What became of it.</summary>
    public PostboxState State { get; init; } = PostboxState.Waiting;

    /// <summary>Whether it waits, with its body.</summary>
    public bool IsWaiting => State == PostboxState.Waiting;

    /// <summary>The head of the same item, by another clock.</summary>
    /// <param name="arrived">When it was deposited by that, Unix seconds.</param>
    /// <returns>A new head, kept as long.</returns>
    internal PostboxHead By(uint arrived) => new()
    {
        Sequence = Sequence, Box = Box, Id = Id, Tag = Tag, Slot = Slot, Proof = Proof, Size = Size, Arrived = arrived,
        Until = (uint)System.Math.Min((ulong)arrived + (Until - Arrived), uint.MaxValue),
        Topic = Topic, Form = Form, Priority = Priority, Lane = Lane, State = State,
    };

    /// <summary>The head of the same item in another state.</summary>
    /// <param name="state">What became of it.</param>
    /// <param name="proof">The delivery proof; 0 for none.</param>
    /// <returns>A new head.</returns>
    internal PostboxHead With(PostboxState state, ulong proof) => new()
    {
        Sequence = Sequence, Box = Box, Id = Id, Tag = Tag, Slot = Slot, Proof = proof, Size = Size, Arrived = Arrived, Until = Until,
        Topic = Topic, Form = Form, Priority = Priority, Lane = Lane, State = state,
    };
}
