using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>What a <see cref="Mailbox"/> is told apart from its file.</summary>
public sealed class MailboxOptions
{
    /// <summary>The gateways that keep this peer's mail, best first, at most 4: addresses, with <c>/p2p/</c> or without. None: those at
    /// which it was published last.</summary>
    public IList<Multiaddr> Gateways { get; } = [];

    /// <summary>Whether mail of a sender and subject is wanted; the sender of what is not is told so. Null for all.</summary>
    public Func<PeerId, byte[], bool>? Wants { get; set; }

    /// <summary>Senders that strangers can't make late, at most 4 (SPEC.md 6); told before the first mail is taken.</summary>
    public IList<PeerId> Known { get; } = [];

    /// <summary>Subjects of which only the latest counts, at most 4, each of 1 to 64 bytes (SPEC.md 10.2).</summary>
    public IList<byte[]> Latest { get; } = [];

    /// <summary>Items that each gateway is to keep, 4 to 1,024 over all gateways.</summary>
    public int MaxItems { get; set; } = 128;

    /// <summary>Bits of work that gateways ask of strangers, 1 to 32; 255 for no strangers, 0 for the gateway's own choice.</summary>
    public int Work { get; set; }

    /// <summary>Tokens of a lower epoch are void.</summary>
    public int TokenEpoch { get; set; }

    /// <summary>Whether the record has a prekey: what was sealed to one can't be read any more by who gets the key 56 days later. The
    /// record must be published again within 14 days, which <see cref="Mailbox.FollowAsync"/> does.</summary>
    public bool HasPrekeys { get; set; } = true;

    /// <summary>The user's clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
