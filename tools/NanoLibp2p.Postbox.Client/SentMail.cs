using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>A message that a gateway keeps for its recipient.</summary>
/// <param name="Id">The item's SHA-256 in hex, by which <see cref="MailSender.StatusAsync"/> knows it.</param>
/// <param name="To">The recipient.</param>
/// <param name="Gateway">Who keeps it.</param>
/// <param name="KeptUntil">Until when.</param>
/// <param name="IsDuplicate">Whether the gateway had it before.</param>
/// <param name="Receipt">The gateway's receipt, verified.</param>
public sealed record SentMail(string Id, PeerId To, PeerId Gateway, DateTimeOffset KeptUntil, bool IsDuplicate, MailReceipt Receipt);
