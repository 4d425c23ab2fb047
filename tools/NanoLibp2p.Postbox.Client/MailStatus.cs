using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>What became of a message that was sent.</summary>
/// <param name="Id">Its id in hex.</param>
/// <param name="To">The recipient.</param>
/// <param name="Gateway">Who keeps it; null when no gateway has taken it yet.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="IsProven">Whether the recipient itself said so (SPEC.md 5.6); else it is the gateway's word.</param>
/// <param name="KeptUntil">Until when the gateway keeps it.</param>
public sealed record MailStatus(string Id, PeerId To, PeerId? Gateway, MailFate Fate, bool IsProven, DateTimeOffset KeptUntil)
{
    /// <summary>Whether nothing more is to come.</summary>
    public bool IsFinal => Fate is not (MailFate.Waiting or MailFate.Unknown);
}
