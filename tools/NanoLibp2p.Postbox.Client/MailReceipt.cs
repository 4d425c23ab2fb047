using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>A gateway's signed word that it keeps an item (SPEC.md 7.3), verified.</summary>
/// <param name="Gateway">Who signed it.</param>
/// <param name="Id">The item's SHA-256.</param>
/// <param name="At">When, by the gateway's clock.</param>
/// <param name="Until">Until when it is kept, unless the recipient takes it before.</param>
/// <param name="IsReplaceable">Whether a later one of the same subject takes its place.</param>
/// <param name="Envelope">The envelope that was signed, to be shown to others.</param>
public sealed record MailReceipt(PeerId Gateway, byte[] Id, DateTimeOffset At, DateTimeOffset Until, bool IsReplaceable, byte[] Envelope);
