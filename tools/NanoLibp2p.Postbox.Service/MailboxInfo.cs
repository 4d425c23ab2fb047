using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Service;

/// <summary>A mailbox as its operator sees it.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Waiting">Items that wait, those of topics too.</param>
/// <param name="WaitingBytes">Their bytes.</param>
/// <param name="Fates">Heads of items that wait no more.</param>
/// <param name="MaxItems">Sealed items that it takes.</param>
/// <param name="MaxBytes">Their bytes.</param>
/// <param name="MaxItem">Bytes of one.</param>
/// <param name="Work">Bits that strangers show; 255 for no strangers.</param>
/// <param name="Seen">When its recipient was last here, or when it was made.</param>
/// <param name="Oldest">Since when the oldest item waits; null when none does.</param>
/// <param name="HasRecord">Whether its recipient has left its signed record.</param>
/// <param name="Topics">Topics of which messages are kept.</param>
public sealed record MailboxInfo(
    PeerId Peer, int Waiting, long WaitingBytes, int Fates, long MaxItems, long MaxBytes, int MaxItem, int Work, DateTimeOffset Seen,
    DateTimeOffset? Oldest, bool HasRecord, IReadOnlyList<string> Topics);
