using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Tests;

/// <summary>A peer that sends and takes mail, with its files in a folder of its own.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mail");

    private Peer(Libp2pNode node, Identity identity)
    {
        Node = node;
        Identity = identity;
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public Libp2pNode Node { get; }

    public Identity Identity { get; }

    public PeerId Id => Node.PeerId;

    public string MailFile => Path.Combine(_folder.FullName, "mail");

    public static async Task<Peer> StartAsync()
    {
        Identity identity = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        Libp2pNodeOptions options = new() { Identity = identity, Shards = 1, PubSub = null };
        return new Peer(await Libp2pNode.StartAsync(options), identity);
    }

    public MailSender OpenSender(MailSenderOptions? options = null)
        => MailSender.Open(Node, Identity, Path.Combine(_folder.FullName, "sent"), options);

    public Mailbox OpenMailbox(params Multiaddr[] gateways) => OpenMailbox(new MailboxOptions(), gateways);

    public Mailbox OpenMailbox(MailboxOptions options, params Multiaddr[] gateways)
    {
        foreach (Multiaddr gateway in gateways)
        {
            options.Gateways.Add(gateway);
        }

        return Mailbox.Open(Node, Identity, MailFile, options);
    }

    public static async Task<List<ReceivedMail>> FetchAsync(Mailbox mailbox)
    {
        using CancellationTokenSource late = new(Patience);
        List<ReceivedMail> found = [];
        await foreach (ReceivedMail mail in mailbox.FetchAsync(late.Token))
        {
            found.Add(mail);
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        _folder.Delete(true);
    }
}
