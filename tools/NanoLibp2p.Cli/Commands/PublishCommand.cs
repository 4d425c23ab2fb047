using System;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>publish</c>: messages to a topic, handed to a peer that wants them.</summary>
internal static class PublishCommand
{
    // a full queue empties as fast as the peer reads, a subscription comes a round trip after the connection
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    internal static Command Create()
    {
        Argument<Multiaddr> peer = CommonOptions.Peer();
        Argument<string> topic = CommonOptions.Topic();
        Argument<string> text =
            new("TEXT") { Description = "The message; - publishes each line of stdin, its bytes as they are, without the line end" };
        Option<int?> repeat = CommonOptions.Count("--repeat", "Publish the text so often [default: 1]");
        Option<Duration> every = CommonOptions.Time("--every", 1, "Time from one repetition to the next");
        Option<bool> noSign = new("--no-sign") { Description = "Publish without author and signature; all peers of the topic must do so" };
        Option<FileInfo?> key = CommonOptions.Key();
        Option<Duration> timeout = CommonOptions.Timeout();
        Command command = new("publish", "Publish messages to a topic") { peer, topic, text, repeat, every, noSign, key, timeout };
        command.Validators.Add(result =>
        {
            if (result.GetValue(text) == "-" && result.GetValue(repeat) != null)
            {
                result.AddError("--repeat repeats a text, not what comes from stdin; leave one of both out");
            }
        });
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            Identity identity = Keys.ReadOrMake(parsed.GetValue(key), output);
            string message = parsed.GetRequiredValue(text);
            GossipSubOptions pubsub = Messages.Options(signed: !parsed.GetValue(noSign));
            string name = Messages.CheckTopic(parsed.GetRequiredValue(topic), pubsub);
            // what every peer takes, a desktop's leaf too
            pubsub.MaxMessageBytes = PubSubOptions.Desktop().MaxMessageBytes;
            return HostSession.Run(
                parsed.GetRequiredValue(peer), output, parsed.GetValue(timeout).Time,
                session =>
                {
                    Publisher publisher = new(session, name, pubsub);
                    return message == "-"
                        ? publisher.PublishLinesAsync(Console.OpenStandardInput())
                        : publisher.PublishAsync(message, parsed.GetValue(repeat) ?? 1, parsed.GetValue(every).Time);
                },
                identity, pubsub, session => SigningPolicy.Serve(session.Node, pubsub.SignaturePolicy == SignaturePolicy.StrictSign,
                    (_, _) => { }));
        });
        return command;
    }

    private sealed class Publisher(HostSession session, string topic, GossipSubOptions pubsub)
    {
        private readonly bool _signed = pubsub.SignaturePolicy == SignaturePolicy.StrictSign;

        internal async Task<int> PublishAsync(string text, int repeat, TimeSpan every)
        {
            await SubscriberAsync();
            byte[] data = Encoding.UTF8.GetBytes(text);
            for (int i = 0; i < repeat; i++)
            {
                if (i > 0)
                {
                    await session.PauseAsync(every);
                }
                await PublishAsync(data);
            }
            return await ArrivedAsync();
        }

        internal async Task<int> PublishLinesAsync(Stream from)
        {
            await SubscriberAsync();
            // a line is waited for on another thread; with room for a few, so that the input waits for the network
            Channel<byte[]> lines = Channel.CreateBounded<byte[]>(64);
            _ = Task.Run(async () => lines.Writer.Complete(await ReadLinesAsync(from, lines.Writer)));
            while (true)
            {
                Task<bool> more = lines.Reader.WaitToReadAsync().AsTask();
                await session.UntilLostAsync(more);
                if (!await more)
                {
                    return await ArrivedAsync();
                }
                while (lines.Reader.TryRead(out byte[]? line))
                {
                    await PublishAsync(line);
                }
            }
        }

        // the exception that ended it, null at the input's end
        private async Task<Exception?> ReadLinesAsync(Stream from, ChannelWriter<byte[]> lines)
        {
            try
            {
                ByteLines reader = new(from, pubsub.MaxMessageBytes);
                while (await reader.ReadAsync() is { } line)
                {
                    await lines.WriteAsync(line);
                }
                return null;
            }
            catch (CliException e)
            {
                return e;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new CliException($"stdin can't be read: {e.Message}");
            }
        }

        private async Task SubscriberAsync()
        {
            long since = Stopwatch.GetTimestamp();
            while (!await PubSubCheck.IsHeardAsync(session, topic))
            {
                if (Stopwatch.GetElapsedTime(since) >= session.Timeout)
                {
                    throw new CliException(await PubSubCheck.WhyNotAsync(session, topic)
                        + "; start a subscriber there first, or check the topic's name");
                }
                await session.PauseAsync(_pause);
            }
            if (!await SigningPolicy.AgreesAsync(session, _signed, session.Interrupted))
            {
                throw new CliException("nothing was published: " + SigningPolicy.Sentence(session.Peer, _signed));
            }
        }

        private async Task PublishAsync(byte[] data)
        {
            int peers;
            try
            {
                peers = await session.Node.PublishAsync(topic, data, session.Interrupted);
            }
            catch (Libp2pException e) when (e.Error == Libp2pError.MessageTooLong)
            {
                throw new CliException($"a message of {data.Length} bytes is too long; with topic and signature it may have "
                    + $"{pubsub.MaxMessageBytes}", CliException.WrongArguments);
            }
            if (peers == 0)
            {
                // an end of the connection is told as such
                await session.PauseAsync(_pause);
                throw new CliException(!_signed && await PubSubCheck.IsHeardAsync(session, topic)
                    ? "the same text again is the same message where nothing is signed, and every peer would drop it; put a time or a "
                        + "number into it"
                    : $"nobody subscribes to {topic} any more");
            }
            GossipSubStatus status = await session.Node.GetPubSubStatusAsync(session.Interrupted);
            JsonObject json = Output.Event("published");
            json["topic"] = topic;
            json["peers"] = peers;
            json["seqno"] = _signed ? status.LastSequenceNumber.ToString(CultureInfo.InvariantCulture) : null;
            json["bytes"] = data.Length;
            session.Output.Tell(json, $"published {data.Length} bytes to {peers} {(peers == 1 ? "peer" : "peers")}");
        }

        // an answer to a ping sent behind the messages tells that the peer has read them
        private async Task<int> ArrivedAsync()
        {
            while ((await session.Node.GetPubSubStatusAsync(session.Interrupted)).Peers.Any(one => one.QueuedBytes > 0))
            {
                await session.PauseAsync(_pause);
            }
            await session.WaitAsync(PingAsync, $"{session.Peer} took the messages, but did not confirm in time that it has read them");
            return 0;
        }

        private async Task<bool> PingAsync(CancellationToken token)
        {
            try
            {
                await session.Node.PingAsync(session.PeerId, token);
                return true;
            }
            catch (Libp2pException) when (session.Node.IsConnected(session.PeerId))
            {
                // a peer without ping can't confirm
                return false;
            }
        }
    }
}
