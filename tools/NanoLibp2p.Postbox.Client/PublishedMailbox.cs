using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>A record that gateways have taken.</summary>
/// <param name="Record">The record.</param>
/// <param name="Terms">What each gateway that took it grants.</param>
public sealed record PublishedMailbox(PeerMailboxes Record, IReadOnlyDictionary<PeerId, MailboxTerms> Terms);
