namespace NanoLibp2p.Gateway.Page;

/// <summary>A mailbox.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="IsAsleep">Whether its owner sleeps, as far as is known.</param>
/// <param name="Messages">Messages that wait.</param>
/// <param name="Bytes">Bytes that they take.</param>
/// <param name="MaxBytes">Bytes that they may take; 0 when there is no such limit.</param>
/// <param name="LastVisit">When its owner was there last, in Unix milliseconds; null for never.</param>
internal sealed record MailboxJson(string Peer, bool IsAsleep, long Messages, long Bytes, long MaxBytes, long? LastVisit);
