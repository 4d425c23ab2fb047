using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Page;

/// <summary>What the page shows of the postbox, and what it may do there.</summary>
internal interface IMailboxView
{
    /// <summary>The mailboxes as they stand, quickly and from any thread.</summary>
    /// <param name="most">How many at most, the fullest first.</param>
    MailboxesJson Describe(int most);

    /// <summary>Drops a mailbox with all the mail in it.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> CloseAsync(PeerId peer, CancellationToken cancellationToken);
}
