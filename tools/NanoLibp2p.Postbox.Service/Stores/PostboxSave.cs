namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What became of a mailbox that was to be saved or dropped.</summary>
/// <param name="Outcome">What was done.</param>
/// <param name="Mailbox">What the store has now; null when it has none.</param>
public sealed record PostboxSave(MailboxOutcome Outcome, PostboxMailbox? Mailbox);
