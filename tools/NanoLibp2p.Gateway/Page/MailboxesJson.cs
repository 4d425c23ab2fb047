using System.Collections.Generic;

namespace NanoLibp2p.Gateway.Page;

/// <summary>The mailboxes of a gateway.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Messages">Messages that wait in them.</param>
/// <param name="Bytes">Bytes that those take.</param>
/// <param name="Fullest">Those with the most messages.</param>
internal sealed record MailboxesJson(int Count, long Messages, long Bytes, IReadOnlyList<MailboxJson> Fullest);
