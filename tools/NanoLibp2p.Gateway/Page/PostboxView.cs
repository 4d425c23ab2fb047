using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service;

namespace NanoLibp2p.Gateway.Page;

/// <summary>The mailboxes of the postbox service, as the page shows them.</summary>
internal sealed class PostboxView(PostboxService postbox, Libp2pNode node, TimeProvider time) : IMailboxView
{
    // thousands of mailboxes are not sorted each half second
    private static readonly TimeSpan _keep = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private MailboxesJson? _last;
    private long _made;

    /// <inheritdoc/>
    public MailboxesJson Describe(int most)
    {
        lock (_turn)
        {
            if (_last == null || time.GetElapsedTime(_made) >= _keep)
            {
                MailboxInfo[] all = [.. postbox.Mailboxes];
                _last = new MailboxesJson(
                    all.Length, all.Sum(one => (long)one.Waiting), all.Sum(one => one.WaitingBytes),
                    [.. all.OrderByDescending(one => one.WaitingBytes).ThenByDescending(one => one.Seen).Take(most).Select(Of)]);
                _made = time.GetTimestamp();
            }

            return _last;
        }
    }

    /// <inheritdoc/>
    public Task<bool> CloseAsync(PeerId peer, CancellationToken cancellationToken) => postbox.CloseAsync(peer).WaitAsync(cancellationToken);

    // who has a mailbox and is not here will come for its mail
    private MailboxJson Of(MailboxInfo one) => new(
        one.Peer.ToString(), !node.IsConnected(one.Peer), one.Waiting, one.WaitingBytes, one.MaxBytes, one.Seen.ToUnixTimeMilliseconds());
}
