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

    /// <summary>Closes a mailbox: it takes nothing more.</summary>
    /// <returns>Whether it was open.</returns>
    Task<bool> CloseAsync(PeerId peer, CancellationToken cancellationToken);
}
