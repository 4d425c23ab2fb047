using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>What a <see cref="MailSender"/> is told apart from its file.</summary>
public sealed class MailSenderOptions
{
    /// <summary>The most bits of work that are computed for a gateway, 0 to 32; each bit doubles the time, 26 are some seconds.</summary>
    public int MaxWork { get; set; } = 26;

    /// <summary>Looks for gateways of a peer elsewhere, such as <see cref="MailboxFinder.FindAsync"/> in a DHT and at rendezvous points,
    /// when nothing else is known or none that is known keeps its mail; what it finds is believed only when the peer's own record names it.
    /// Null for nowhere.</summary>
    public Func<PeerId, CancellationToken, Task<IReadOnlyList<Multiaddr>>>? Find { get; set; }

    /// <summary>The user's clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
