using System;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;

namespace NanoLibp2p.Cli.Commands.Mail;

/// <summary><c>mail</c>: sealed messages for peers that sleep, kept by a gateway.</summary>
internal static class MailCommand
{
    internal static Command Create() => new("mail", "Leave sealed messages for peers that sleep, and take one's own")
    {
        MailOptions.Key,
        MailOptions.Timeout,
        SendCommand.Create(),
        FetchCommand.Create(),
        Probe(),
        Status(),
        Cancel(),
        RecordCommand.Create(),
        MailTokenCommand.Create(),
    };

    /// <summary>A time as people and programs read it.</summary>
    internal static string Time(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);

    /// <summary>Tells what became of a message.</summary>
    internal static void Tell(Output output, MailStatus status)
    {
        JsonObject json = Output.Event("status");
        json["id"] = status.Id;
        json["to"] = status.To.ToString();
        json["gateway"] = status.Gateway?.ToString();
        json["fate"] = status.Fate.ToString().ToLowerInvariant();
        json["proven"] = status.IsProven;
        json["until"] = Time(status.KeptUntil);
        output.Tell(json, $"{status.Id[..16]} for {status.To.ToString()}: {Words(status)}");
    }

    /// <summary>What became of a message, for people.</summary>
    internal static string Words(MailStatus status)
    {
        string whose = status.IsProven ? "proven by the recipient" : "by the gateway's word alone";
        return status.Fate switch
        {
            MailFate.Waiting when IsOver(status) => $"nobody took it before its time was over, at {Time(status.KeptUntil)}",
            MailFate.Waiting => $"waits, until {Time(status.KeptUntil)}",
            MailFate.Delivered => $"delivered, {whose}",
            MailFate.Refused => $"the recipient does not want it, {whose}",
            MailFate.Unreadable => $"the recipient could not open it, {whose}",
            MailFate.Late => $"came too late, or was delivered before, {whose}",
            MailFate.Replaced => "taken back, or a later one of its subject took its place; it may have been delivered before",
            MailFate.Expired => "its time ran out at the gateway",
            _ => status.Gateway == null ? "no gateway has taken it yet" : "the gateway knows nothing of it any more",
        };
    }

    // a gateway forgets what is over when it comes to it
    private static bool IsOver(MailStatus status) => status.Fate == MailFate.Waiting && status.KeptUntil <= DateTimeOffset.UtcNow;

    private static Command Probe()
    {
        Option<Multiaddr[]> via = MailOptions.Gateways();
        Command command = new("probe", "Tell how much mail waits, and take none") { via };
        command.SetAction(parsed => MailSession.Run(parsed, async session =>
        {
            await using Mailbox mailbox = FetchCommand.Open(session, parsed.GetValue(via));
            foreach (MailboxProbe probe in await mailbox.ProbeAsync(session.Interrupted))
            {
                JsonObject json = Output.Event("waiting");
                json["gateway"] = probe.Gateway.ToString();
                json["waiting"] = probe.Waiting;
                json["bytes"] = probe.Bytes;
                json["time"] = Time(probe.GatewayTime);
                string things = probe.Waiting == 1 ? "message" : "messages";
                session.Output.Tell(json, $"{probe.Waiting} {things}, {probe.Bytes} bytes, at {probe.Gateway.ToString()}");
            }

            return 0;
        }));
        return command;
    }

    private static Command Status()
    {
        Argument<string> id = new("ID") { Description = "A message's id as mail send has told it, or the first 8 digits or more" };
        Option<Multiaddr?> via = MailOptions.Via("The gateway's address, if it has another one now");
        Command command = new("status", "Tell what became of a message; ends with 1 unless it waits or was delivered")
            { id, via, MailOptions.Dht, MailOptions.Rendezvous };
        command.SetAction(parsed => MailSession.Run(parsed, async session =>
        {
            await using MailSender sender = MailSender.Open(session.Node, session.Identity, session.SentFile, session.SenderOptions);
            MailStatus status = await sender.StatusAsync(parsed.GetRequiredValue(id), parsed.GetValue(via), session.Interrupted);
            Tell(session.Output, status);
            return (status.Fate is MailFate.Waiting or MailFate.Delivered) && !IsOver(status) ? 0 : CliException.Failed;
        }));
        return command;
    }

    private static Command Cancel()
    {
        Argument<PeerId?> peer = new("PEER-ID")
        {
            Description = "The recipient; without it, all that were sent this subject from here",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = MailOptions.ParsePeer,
        };
        Option<string> subject = new("--subject") { Description = "The subject that it was sent with", HelpName = "TEXT", Required = true };
        Option<Multiaddr?> via = MailOptions.Via("The gateway [default: where it was left]");
        Command command = new("cancel", "Take back what waits of a subject; it may have been delivered before")
            { peer, subject, via, MailOptions.Dht, MailOptions.Rendezvous };
        command.SetAction(parsed => MailSession.Run(parsed, async session =>
        {
            string about = parsed.GetRequiredValue(subject);
            if (about.Length == 0)
            {
                throw new CliException("the subject is empty; give the one that the message was sent with", CliException.WrongArguments);
            }

            await using MailSender sender = MailSender.Open(session.Node, session.Identity, session.SentFile, session.SenderOptions);
            int count = parsed.GetValue(peer) is { } to
                ? await sender.CancelAsync(to, about, parsed.GetValue(via), session.Interrupted)
                : await sender.CancelAsync(about, session.Interrupted);
            JsonObject json = Output.Event("cancelled");
            json["subject"] = about;
            json["count"] = count;
            session.Output.Tell(json, $"nothing of the subject '{about}' waits any more");
            return 0;
        }));
        return command;
    }
}
