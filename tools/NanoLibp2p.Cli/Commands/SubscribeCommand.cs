using System;
using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

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
            int left = parsed.GetValue(count) ?? int.MaxValue;
            TaskCompletionSource<int> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Messages messages = null!;
            Topic joined = null!;
            return PeerSession.Run(
                parsed.GetRequiredValue(peer), output, parsed.GetValue(timeout).Time, identity,
                session =>
                {
                    messages = new Messages(session.Runner.Node, signed: !parsed.GetValue(noSign), output);
                    messages.Received += (from, message) =>
                    {
                        if (left > 0)
                        {
                            Messages.Tell(output, from, message);
                        }
                        if (left != int.MaxValue && --left == 0)
                        {
                            done.TrySetResult(0);
                        }
                    };
                    joined = messages.Join(parsed.GetRequiredValue(topic));
                },
                async session =>
                {
                    JsonObject json = Output.Event("subscribed");
                    json["topic"] = parsed.GetRequiredValue(topic);
                    json["peer"] = session.Peer;
                    output.Tell(json, $"connected to {session.Peer}; Ctrl-C ends");
                    _ = PubSubCheck.WatchAsync(session, messages, parsed.GetRequiredValue(topic),
                        () => messages.PubSub.Hears(session.Connection, joined));
                    try
                    {
                        return await session.WaitAsync(done.Task);
                    }
                    catch (OperationCanceledException) when (left == int.MaxValue)
                    {
                        return 0;
                    }
                });
        });
        return command;
    }
}
