using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;

namespace NanoLibp2p.Cli.Commands.Mail;

/// <summary><c>mail fetch</c>: one's own mail, each message once.</summary>
internal static class FetchCommand
{
    internal static Command Create()
    {
        Option<Multiaddr[]> via = MailOptions.Gateways();
        Option<bool> follow = new("--follow") { Description = "Go on until Ctrl-C, and print new mail as it comes" };
        Command command = new("fetch", "Take the mail that waits, and print each message once; one that was being printed when this was "
            + "killed comes again, marked") { via, MailOptions.Dht, MailOptions.Rendezvous, follow };
        command.SetAction(parsed => MailSession.Run(parsed, async session =>
        {
            bool follows = parsed.GetValue(follow);
            await using Mailbox mailbox = await OpenAsync(session, parsed.GetValue(via), follows);
            try
            {
                await PrintAsync(session, mailbox, follows ? mailbox.FollowAsync(session.Interrupted)
                    : mailbox.FetchAsync(session.Interrupted));
            }
            catch (OperationCanceledException) when (follows)
            {
                // its one end
            }

            return 0;
        }));
        return command;
    }

    /// <summary>Opens the mailbox of a command; a gateway that fails while others do not is told.</summary>
    internal static Mailbox Open(MailSession session, Multiaddr[]? gateways, MailboxOptions? options = null, bool follows = false)
    {
        options ??= new MailboxOptions();
        foreach (Multiaddr gateway in gateways ?? [])
        {
            options.Gateways.Add(gateway);
        }

        Mailbox mailbox = Mailbox.Open(session.Node, session.Identity, session.MailFile, options);
        mailbox.GatewayFailed += e =>
        {
            session.TellFailure(session.Explain(e).Message);
            if (follows)
            {
                session.TellFailure(null);
            }
        };

        return mailbox;
    }

    // with the gateways of one's own record, if neither the user nor the file knows one
    private static async Task<Mailbox> OpenAsync(MailSession session, Multiaddr[]? gateways, bool follows)
    {
        try
        {
            return Open(session, gateways, follows: follows);
        }
        catch (MailException e) when (e.Error == MailError.NoGateway && session.SenderOptions.Find != null)
        {
            await using MailSender sender = MailSender.Open(session.Node, session.Identity, session.SentFile, session.SenderOptions);
            PeerMailboxes record = await sender.LocateAsync(session.Identity.PeerId, session.Interrupted);
            return Open(session, [.. record.Gateways.Where(one => one.Addresses.Count > 0).Select(one => one.Addresses[0].PeerId == null
                ? one.Addresses[0].WithPeerId(one.Peer) : one.Addresses[0])], follows: follows);
        }
    }

    private static async Task PrintAsync(MailSession session, Mailbox mailbox, IAsyncEnumerable<ReceivedMail> mails)
    {
        await foreach (ReceivedMail mail in mails)
        {
            string sender = mail.Sender.ToString();
            string text = SafeText.Decode(mail.Body);
            JsonObject json = Output.Event("mail");
            json["number"] = mail.Number;
            json["from"] = sender;
            json["subject"] = SafeText.Decode(mail.Subject);
            json["sent"] = MailCommand.Time(mail.Sent);
            json["lifetime"] = (long)mail.Lifetime.TotalSeconds;
            json["seenBefore"] = mail.SeenBefore;
            json["data"] = Convert.ToBase64String(mail.Body);
            json["text"] = text;
            string subject = mail.Subject.Length > 0 ? $" [{SafeText.Decode(mail.Subject)}]" : "";
            string seen = mail.SeenBefore ? " (may have been printed before)" : "";
            session.Output.Tell(json, $"[bold]{sender}[/] {MailCommand.Time(mail.Sent)}{subject}{seen}: {text}");
            if (StandardStream.Current is { Failed.IsCancellationRequested: true })
            {
                // nobody has read it: it stays
                return;
            }
        }
    }
}
