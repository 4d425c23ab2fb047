using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Messages;

/// <summary>A request (SPEC.md 8.1), checked against the bounds of section 16 that need no mailbox.</summary>
internal abstract record Request(uint Serial);

/// <summary>A deposit, a cancel (a slot, no item), or a token left by itself (neither).</summary>
internal sealed record DepositRequest(uint Serial, PeerId To) : Request(Serial)
{
    internal uint Ttl { get; init; }

    internal byte Priority { get; init; }

    /// <summary>The label, as it came; null for none.</summary>
    internal ulong? Slot { get; init; }

    internal ReadOnlyMemory<byte> Token { get; init; }

    internal ulong? Work { get; init; }

    internal bool WantsReceipt { get; init; }

    internal bool HasItem { get; init; }

    internal ReadOnlyMemory<byte> Item { get; init; }
}

internal sealed record QueryRequest(uint Serial, PeerId To, IReadOnlyList<ItemId> Ids) : Request(Serial);

internal sealed record SyncRequest(uint Serial) : Request(Serial)
{
    internal IReadOnlyList<Acknowledgement> Acknowledgements { get; init; } = [];

    internal ReadOnlyMemory<byte> Cursor { get; init; }

    internal int Limit { get; init; }

    internal uint Budget { get; init; }

    internal bool Follows { get; init; }

    internal uint Skip { get; init; }
}

internal readonly record struct Acknowledgement(ulong Name, byte Outcome, ulong? Proof);

internal sealed record FetchRequest(uint Serial, IReadOnlyList<Want> Wants) : Request(Serial);

/// <summary>A part of an item; length 0: to its end.</summary>
internal readonly record struct Want(ulong Name, uint Offset, uint Length);

internal sealed record ConfigureRequest(uint Serial) : Request(Serial)
{
    /// <summary>The envelope; none when empty.</summary>
    internal ReadOnlyMemory<byte> Record { get; init; }

    internal uint Work { get; init; }

    internal uint TokenEpoch { get; init; }

    internal uint MaxItem { get; init; }

    internal uint MaxItems { get; init; }

    internal IReadOnlyList<TopicWish> Topics { get; init; } = [];
}

/// <summary>A topic of which the newest messages are kept (SPEC.md 11); ttl 0: the usual.</summary>
internal readonly record struct TopicWish(string Name, uint Keep, uint Ttl);

internal sealed record LookupRequest(uint Serial, PeerId To) : Request(Serial);
