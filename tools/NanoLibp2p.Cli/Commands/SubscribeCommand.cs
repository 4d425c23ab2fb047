using System;
using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>subscribe</c>: the messages of a topic, through one peer.</summary>
internal static class SubscribeCommand
{
    internal static Command Create()
    {
        Argument<Multiaddr> peer = CommonOptions.Peer();
        Argument<string> topic = CommonOptions.Topic();
        Option<int?> count = CommonOptions.Count("--count", "End after so many messages; without it, with Ctrl-C");
        Option<bool> noSign = new("--no-sign") { Description = "Take unsigned messages, and only those: nobody proves who sent them" };
        Option<FileInfo?> key = CommonOptions.Key();
        Option<Duration> timeout = CommonOptions.Timeout();
        Command command = new("subscribe", "Print the messages of a topic") { peer, topic, count, noSign, key, timeout };
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            Identity identity = Keys.ReadOrMake(parsed.GetValue(key), output);
            bool signed = !parsed.GetValue(noSign);
            GossipSubOptions pubsub = Messages.Options(signed);
            string name = Messages.CheckTopic(parsed.GetRequiredValue(topic), pubsub);
            Subscription subscription = null!;
            return HostSession.Run(
                parsed.GetRequiredValue(peer), output, parsed.GetValue(timeout).Time,
                session => TalkAsync(session, subscription, signed, parsed.GetValue(count)),
                identity, pubsub,
                session =>
                {
                    SigningPolicy.Serve(session.Node, signed, output.Notice);
                    subscription = session.Node.SubscribeAsync(name);
                    _ = TellDropsAsync(session, signed);
                });
        });
        return command;
    }

    private static async Task<int> TalkAsync(HostSession session, Subscription subscription, bool signed, int? count)
    {
        JsonObject json = Output.Event("subscribed");
        json["topic"] = subscription.Topic;
        json["peer"] = session.Peer;
        session.Output.Tell(json, $"connected to {session.Peer}; Ctrl-C ends");
        int told = 0;
        Task<bool> reading = Messages.ReadAsync(subscription, session.Output, message =>
        {
            Messages.Tell(session.Output, message);
            return ++told != count;
        });
        _ = PubSubCheck.WatchAsync(session, subscription.Topic);
        _ = TellPolicyAsync(session, signed);
        try
        {
            await session.UntilLostAsync(reading);
        }
        catch (Exception e) when (e is CliException or OperationCanceledException)
        {
            // what has come is told all the same
            subscription.Dispose();
            if (await reading || (e is OperationCanceledException && count == null))
            {
                return 0;
            }
            throw;
        }
        return 0;
    }

    private static async Task TellPolicyAsync(HostSession session, bool signed)
    {
        if (!await SigningPolicy.AgreesAsync(session, signed, session.Interrupted))
        {
            session.Output.Notice(session.Peer, SigningPolicy.Sentence(session.Peer, signed));
        }
    }

    private static async Task TellDropsAsync(HostSession session, bool signed)
    {
        await foreach (NodeEvent one in session.Node.Events.WatchAsync(session.Interrupted))
        {
            if (one.Kind == NodeEventKind.MessagesDropped)
            {
                session.Output.Notice(one.Peer!.ToString(), Messages.WhyDropped(one, signed));
            }
        }
    }
}
